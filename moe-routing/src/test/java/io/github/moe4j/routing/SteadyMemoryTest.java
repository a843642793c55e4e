package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.testkit.RandomArrays;
import io.github.moe4j.core.testkit.Seeds;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A pass like the one before takes no off-heap memory: neither for numbers nor for their shapes. */
@ExtendWith(Seeds.class)
class SteadyMemoryTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 16, 100})
  void forwardAndBackward_again_noPointerMore(int tokens) {
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(4, 24, DataType.FLOAT, 1), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(4, 24, 40), 2));
    TokenBatch input = TokenBatch.of(
            RandomArrays.normal(DataType.FLOAT, Seeds.random(4), tokens, 24))
        .training();
    INDArray dy = RandomArrays.normal(DataType.FLOAT, Seeds.random(5), tokens, 24);
    INDArray dx = Nd4j.create(DataType.FLOAT, tokens, 24);
    Gradients gradients = layer.parameters().zeroGradients();
    long[] pointers = new long[2];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 50; i++) {
        try (MoePass pass = layer.forward(input)) {
          pass.backward(dy, dx, gradients);
        }
      }
      pointers[round] = Pointer.totalCount();
    }
    // Garbage collection may only lower it.
    assertTrue(pointers[1] <= pointers[0], pointers[0] + " pointers, then " + pointers[1]);
  }
}
