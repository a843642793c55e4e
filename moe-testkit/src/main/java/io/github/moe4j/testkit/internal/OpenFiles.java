package io.github.moe4j.testkit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Which files this process has open, for tests that all are closed again. */
public final class OpenFiles {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private OpenFiles() {}

  /** Whether a file, which must exist, is open; skips the test on systems that do not tell. */
  public static boolean has(Path file) throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(DESCRIPTORS), "no list of open files here");
    Path wanted = file.toRealPath();
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      return descriptors.anyMatch(descriptor -> leadsTo(descriptor, wanted));
    }
  }

  private static boolean leadsTo(Path descriptor, Path wanted) {
    try {
      return Files.readSymbolicLink(descriptor).equals(wanted);
    } catch (IOException e) {
      return false; // closed by another thread meanwhile
    }
  }
}
