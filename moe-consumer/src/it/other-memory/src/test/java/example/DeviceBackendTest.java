package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DeviceBackendTest {
  private static final String MESSAGE =
      "moe4j computes in host memory, but the arrays of ND4J's backend example.DeviceBackend are elsewhere:"
          + " replace it by org.nd4j:nd4j-native:"
          + System.getProperty("nd4j")
          + ", see https://github.com/moe4j/moe4j#requirements-and-known-limits";

  private static void refused(Executable use) {
    assertEquals(MESSAGE, assertThrows(IllegalStateException.class, use).getMessage());
  }

  @Test
  void parametersAndPasses_refused() {
    assertEquals(DeviceBackend.class, Nd4j.getBackend().getClass());
    refused(() -> LinearGate.create(4, 8, DataType.FLOAT, 1));
    refused(() -> GluExperts.create(ExpertOptions.of(4, 8, 16), 2));
    // Over arrays of the caller's the first pass is.
    INDArray x = Nd4j.ones(DataType.FLOAT, 3, 8);
    INDArray y = Nd4j.zeros(DataType.FLOAT, 3, 8);
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.of(Nd4j.ones(DataType.FLOAT, 4, 8)), TopK.of(2)),
        new CopyExperts(4, 8, DataType.FLOAT));
    refused(() -> layer.forward(TokenBatch.training(x)));
    refused(() -> layer.forward(TokenBatch.training(x), y));
    assertEquals(0, y.sumNumber().doubleValue());
  }

  @Test
  void elementsOfAnArray_refused() {
    INDArray array = Nd4j.ones(DataType.FLOAT, 3, 4);
    refused(() -> Rows.of(array));
    refused(() -> Matrix.of(array));
  }
}
