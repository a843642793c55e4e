package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.nd4j.common.io.Resource;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/** What is said; that it is said where there is no backend, or that of a device, moe-consumer tests. */
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
    Throwable thrown = new RuntimeException(new Nd4jBackend.NoAvailableBackendException("none"));
    assertEquals(NONE, Backend.message(new ExceptionInInitializerError(thrown)));
  }

  @Test
  void message_laterFailure_namesTheDependency() {
    // What the JVM makes of a class whose initializer failed before: the first cause as text only.
    Throwable first = new ExceptionInInitializerError("Exception java.lang.RuntimeException: "
        + new Nd4jBackend.NoAvailableBackendException("none"));
    Throwable later = new NoClassDefFoundError("Could not initialize class").initCause(first);
    assertEquals(NONE, Backend.message(later));
  }

  @Test
  void message_backendThatDoesNotLoad_namesTheRootCause() {
    Throwable thrown = new RuntimeException(new UnsatisfiedLinkError("no jnind4jcpu"));
    assertEquals(
        "ND4J's backend failed to start: java.lang.UnsatisfiedLinkError: no jnind4jcpu; "
            + "see https://github.com/moe4j/moe4j#requirements-and-known-limits",
        Backend.message(thrown));
  }

  @Test
  void refusal_backendOfThisProcess_none() {
    assertNull(Backend.refusal(Nd4j.getBackend()));
  }

  @Test
  void refusal_backendOfADevice_namesItAndWhatToUse() {
    assertEquals(
        "moe4j computes in host memory, but the arrays of ND4J's backend "
            + DeviceBackend.class.getName()
            + " are elsewhere: replace it by org.nd4j:nd4j-native:1.0.0-M2.1, "
            + "see https://github.com/moe4j/moe4j#requirements-and-known-limits",
        Backend.refusal(new DeviceBackend()));
  }

  /** One that says what that of CUDA says about itself. */
  private static final class DeviceBackend extends Nd4jBackend {
    @Override
    public Environment getEnvironment() {
      return (Environment) Proxy.newProxyInstance(
          Environment.class.getClassLoader(),
          new Class<?>[] {Environment.class},
          (proxy, method, arguments) -> {
            assertEquals("isCPU", method.getName());
            return false;
          });
    }

    @Override
    public boolean allowsOrder() {
      return true;
    }

    @Override
    public int getPriority() {
      return BACKEND_PRIORITY_GPU;
    }

    @Override
    public boolean isAvailable() {
      return true;
    }

    @Override
    public boolean canRun() {
      return true;
    }

    @Override
    public Resource getConfigurationResource() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Class<?> getNDArrayClass() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String buildInfo() {
      return "";
    }

    @Override
    public void logBackendInit() {}
  }
}
