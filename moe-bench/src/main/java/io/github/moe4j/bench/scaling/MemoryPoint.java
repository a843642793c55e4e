package io.github.moe4j.bench.scaling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Memory held by this process.
 *
 * @param calls passes made so far
 * @param residentKilobytes memory of the process in RAM; null if unavailable
 * @param javacppBytes off-heap bytes that JavaCPP counts
 * @param javacppObjects off-heap objects that JavaCPP counts, some for every live array
 */
record MemoryPoint(
    int calls, @Nullable Long residentKilobytes, long javacppBytes, long javacppObjects) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  static MemoryPoint after(int calls) {
    return new MemoryPoint(
        calls, residentKilobytes(STATUS), Pointer.totalBytes(), Pointer.totalCount());
  }

  /** Of a status file of Linux; null if there is none. */
  static @Nullable Long residentKilobytes(Path status) {
    if (!Files.isReadable(status)) {
      return null;
    }
    try {
      // The name of the process may be in any encoding.
      for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith(RESIDENT)) {
          return Long.valueOf(
              line.substring(RESIDENT.length()).replace("kB", "").strip());
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
