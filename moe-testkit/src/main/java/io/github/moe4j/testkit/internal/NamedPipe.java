package io.github.moe4j.testkit.internal;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Named pipes for tests: to open one for reading waits until somebody writes to it. */
public final class NamedPipe {
  private NamedPipe() {}

  /**
   * Makes one; skips the test on systems that have no {@code mkfifo}.
   *
   * @return the same path
   */
  public static Path create(Path place) {
    try {
      Process made = new ProcessBuilder("mkfifo", place.toString()).inheritIO().start();
      Assumptions.assumeTrue(made.waitFor() == 0, "mkfifo cannot make a named pipe here");
    } catch (IOException e) {
      Assumptions.abort("no named pipes here: there is no mkfifo");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Assumptions.abort("interrupted");
    }
    return place;
  }
}
