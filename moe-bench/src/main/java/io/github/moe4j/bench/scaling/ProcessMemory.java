package io.github.moe4j.bench.scaling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Memory of this process in RAM, by its kind; null where the system does not say.
 *
 * @param anonymousKilobytes its own: heap, arrays, code
 * @param fileKilobytes pages of mapped files, which the system takes back when others need memory
 */
public record ProcessMemory(
    @Nullable Long anonymousKilobytes, @Nullable Long fileKilobytes) {
  private static final Path STATUS = Path.of("/proc/self/status");

  public static ProcessMemory now() {
    return of(STATUS);
  }

  /** From a status file of Linux. */
  static ProcessMemory of(Path status) {
    return new ProcessMemory(field(status, "RssAnon:"), field(status, "RssFile:"));
  }

  private static @Nullable Long field(Path status, String name) {
    if (!Files.isReadable(status)) {
      return null;
    }
    try {
      // The name of the process may be in any encoding.
      for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith(name)) {
          return Long.valueOf(line.substring(name.length()).replace("kB", "").strip());
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
