package io.github.moe4j.fuzz.files;

import io.github.moe4j.parallel.net.SurvivorRendezvous;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What one rank has written down of those that are left of a group. */
record MeetingKind(Map<String, byte[]> right) implements FileKind {
  private static final String FILE = "survivors";

  static MeetingKind create() {
    return new MeetingKind(Map.of(FILE, "0 2 3 11 12".getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public String name() {
    return "meeting";
  }

  @Override
  public void read(Path folder) throws IOException {
    try {
      SurvivorRendezvous.meet(folder, 0, 16, Duration.ofMillis(1), Duration.ofSeconds(5));
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("continue without it")) {
        throw e;
      } // read, and rank 0 is not among them
    }
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof IOException;
  }
}
