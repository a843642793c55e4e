package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4jBackend.NoAvailableBackendException;

/** What is said; that it is said where there is no backend, the profile consumer tests. */
class BackendTest {
  private static final String NONE =
      "ND4J has no backend on the class path: add org.nd4j:nd4j-native:1.0.0-M2.1, "
          + "see https://github.com/moe4j/moe4j#requirements-and-known-limits";

  @Test
  void require_withBackend_isQuiet() {
    assertDoesNotThrow(Backend::require);
  }

  @Test
  void message_firstFailure_namesTheDependency() {
    Throwable thrown = new RuntimeException(new NoAvailableBackendException("none"));
    assertEquals(NONE, Backend.message(new ExceptionInInitializerError(thrown)));
  }

  @Test
  void message_laterFailure_namesTheDependency() {
    // What the JVM makes of a class whose initializer failed before: the first cause as text only.
    Throwable first = new ExceptionInInitializerError(
        "Exception java.lang.RuntimeException: " + new NoAvailableBackendException("none"));
    Throwable later = new NoClassDefFoundError("Could not initialize class").initCause(first);
    assertEquals(NONE, Backend.message(later));
  }

  @Test
  void message_backendThatDoesNotLoad_namesTheRootCause() {
    Throwable thrown = new RuntimeException(new UnsatisfiedLinkError("no jnind4jcpu"));
    assertEquals(
        "ND4J's backend does not start: java.lang.UnsatisfiedLinkError: no jnind4jcpu; "
            + "see https://github.com/moe4j/moe4j#requirements-and-known-limits",
        Backend.message(thrown));
  }
}
