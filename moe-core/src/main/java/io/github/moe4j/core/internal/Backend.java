package io.github.moe4j.core.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * Starts ND4J, or says what to do where that fails. ND4J does it in a static initializer: left alone,
 * a missing backend is an error of class loading whose first line names neither cause nor cure.
 *
 * <p>A backend of a GPU is refused: its arrays have a copy in host memory that need not be the newest,
 * and pointers to it would be read and written without anyone keeping the copies equal.
 */
final class Backend {
  private static final String HELP =
      "see https://github.com/moe4j/moe4j#requirements-and-known-limits";
  private static final String VERSION_FILE = "/META-INF/maven/org.nd4j/nd4j-api/pom.properties";
  private static final @Nullable Problem PROBLEM = start();

  private Backend() {}

  /** Why the library cannot work. */
  private record Problem(String message, @Nullable Throwable cause) {}

  /** Throws if there is no backend that works and keeps its arrays in host memory. */
  static void require() {
    if (PROBLEM != null) {
      throw new IllegalStateException(PROBLEM.message(), PROBLEM.cause());
    }
  }

  /** What to say about a backend that does not keep its arrays in host memory, or null. */
  static @Nullable String refusal(Nd4jBackend backend) {
    if (backend.getEnvironment().isCPU()) {
      return null;
    }
    return ("moe4j computes in host memory, but the arrays of ND4J's backend %s are elsewhere:"
            + " replace it by org.nd4j:nd4j-native:%s, %s")
        .formatted(backend.getClass().getName(), version(), HELP);
  }

  /** What to say about an error of ND4J's start. */
  static String message(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    // By name in the text: after a first failure the JVM reports no more than that.
    if (String.valueOf(root).contains("NoAvailableBackendException")) {
      return "ND4J has no backend on the class path: add org.nd4j:nd4j-native:%s, %s"
          .formatted(version(), HELP);
    }
    return "ND4J's backend failed to start: %s; %s".formatted(root, HELP);
  }

  private static @Nullable Problem start() {
    try {
      String refusal = refusal(Nd4j.getBackend());
      return refusal == null ? null : new Problem(refusal, null);
    } catch (LinkageError | RuntimeException e) {
      return new Problem(message(e), e);
    }
  }

  /** The version of ND4J that is there, which a backend must be of. */
  private static String version() {
    Properties properties = new Properties();
    try (InputStream in = Nd4j.class.getResourceAsStream(VERSION_FILE)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      // Only a detail of the message is missing; the original error is reported.
    }
    return properties.getProperty("version", "(the version of nd4j-api)");
  }
}
