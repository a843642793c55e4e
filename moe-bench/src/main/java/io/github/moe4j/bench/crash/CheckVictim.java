package io.github.moe4j.bench.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A training over ranks in processes of their own, compared with one in one process; it begins anew each time. */
record CheckVictim() implements Victim {
  @Override
  public String name() {
    return "distributed check";
  }

  @Override
  public void prepare(Path folder) {
    // It needs nothing.
  }

  @Override
  public List<String> command(Path folder) {
    return List.of(
        "distributed", "check", "--ranks", "2", "--engine", "processes", "--steps", "10");
  }

  @Override
  public void requireSound(Path folder) {
    // It writes nothing.
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public String result(Path folder) throws IOException {
    String printed = ChildJvm.printed(folder);
    if (!printed.stripTrailing().matches("(?s).*\nequal: (\\d+) of \\1")) {
      throw new IOException("the ranks are not equal: " + printed);
    }
    return printed;
  }
}
