package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Scratch memory does not grow with the number of passes, counted in the arena's bytes. */
@ExtendWith(Seeds.class)
class SteadyMemoryTest {
  private static final int LARGEST = 24;
  private static final int D = 8;

  private final Arena arena = new Arena();
  private final MoeLayer layer = MoeLayer.builder(
          GatedRouter.of(
              InputJitter.of(LinearGate.create(4, D, DataType.DOUBLE, 1), 0.01), TopK.of(2)),
          GluExperts.create(ExpertOptions.of(4, D, 5), 2))
      .sharedExpert(
          DenseFeedForward.of(GluExperts.create(ExpertOptions.of(1, D, 5), 3)).withArena(arena))
      .arena(arena)
      .build();
  private final Gradients gradients = layer.parameters().zeroGradients();
  private final INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), LARGEST, D);
  private final INDArray dx = Nd4j.create(DataType.FLOAT, LARGEST, D);

  private static INDArray first(INDArray rows, int tokens) {
    return rows.get(NDArrayIndex.interval(0, tokens), NDArrayIndex.all());
  }

  private void pass(int tokens, boolean training, boolean close) {
    INDArray some = first(x, tokens);
    MoePass pass = layer.forward(
        training
            ? TokenBatch.training(some, new SplittableRandom(1))
            : TokenBatch.evaluation(some));
    if (training) {
      pass.backward(some.mul(1), first(dx, tokens), gradients);
    }
    assertEquals(0, arena.borrowedBytes());
    if (close) {
      pass.close();
    }
  }

  @ParameterizedTest(name = "training = {0}, close = {1}")
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void manyPasses_ofChangingSizes_sameBytesAsAfterEachSizeOnce(boolean training, boolean close) {
    for (int tokens = 1; tokens <= LARGEST; tokens++) {
      pass(tokens, training, close);
    }
    long bytes = arena.idleBytes();
    SplittableRandom random = Seeds.random(5);
    for (int i = 0; i < 2_000; i++) {
      pass(random.nextInt(1, LARGEST + 1), training, close);
    }
    assertEquals(bytes, arena.idleBytes());
  }
}
