package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.LinearGate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class NoBackendTest {
  private static final String MESSAGE =
      "ND4J has no backend on the class path: add org.nd4j:nd4j-native:"
          + System.getProperty("nd4j")
          + ", see https://github.com/moe4j/moe4j#requirements-and-known-limits";

  @Test
  void firstArray_ofAnyKind_namesTheMissingDependency() {
    // Each twice: the JVM reports a class that could not be initialized in another way the second time.
    for (int i = 0; i < 2; i++) {
      check(() -> LinearGate.create(8, 64, DataType.FLOAT, 1));
      check(() -> GluExperts.create(ExpertOptions.of(8, 64, 128), 2));
      assertThrows(LinkageError.class, Nd4j::getBackend);
    }
  }

  private static void check(Executable firstUse) {
    assertEquals(MESSAGE, assertThrows(IllegalStateException.class, firstUse).getMessage());
  }
}
