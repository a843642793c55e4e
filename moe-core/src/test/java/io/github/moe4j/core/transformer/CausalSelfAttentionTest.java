package io.github.moe4j.core.transformer;

import static io.github.moe4j.core.transformer.LayerChecks.zeros;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

@ExtendWith(Seeds.class)
class CausalSelfAttentionTest {
  private static final int WIDTH = 4;

  private static CausalSelfAttention attention(int heads) {
    CausalSelfAttention attention = CausalSelfAttention.create(
        WIDTH, heads, DataType.DOUBLE, Initializer.zeros(), new SplittableRandom(1));
    RandomArrays.fill(attention.parameters(), Seeds.random(1), 0.7);
    return attention;
  }

  /** Each token looks only at itself: the score of the second with itself is 40²/√4 = 800, and exp(800) is infinite. */
  @Test
  void forward_scoresWhoseExpOverflows_areStillWeighed() {
    CausalSelfAttention attention = attention(1);
    INDArray one = Nd4j.eye(WIDTH).castTo(DataType.DOUBLE);
    attention.parameters().get("out.weight").assign(one);
    INDArray qkv = attention.parameters().get("qkv.weight");
    qkv.assign(Nd4j.vstack(one.mul(40), one.mul(40), one));
    double[] x = {1, 0, 0, 0, 0, 1, 0, 0};
    INDArray tokens = RandomArrays.of(DataType.DOUBLE, x, 2, WIDTH);
    Near.assertNear("y", x, LayerChecks.outputs(attention, TokenBatch.evaluation(tokens)), 1e-15);
  }

  @Test
  void forward_sequencesOfOtherPadding_areAsEachAlone() {
    CausalSelfAttention attention = attention(2);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 6, WIDTH);
    boolean[] valid = {true, false, true, false, true, true};
    double[] both = LayerChecks.outputs(
        attention, TokenBatch.evaluation(x).withMask(TokenMask.of(valid)).withSequenceLength(3));
    for (int s = 0; s < 2; s++) {
      INDArray alone =
          x.get(NDArrayIndex.interval(3 * s, 3 * s + 3), NDArrayIndex.all()).dup();
      TokenMask mask = TokenMask.of(Arrays.copyOfRange(valid, 3 * s, 3 * s + 3));
      Near.assertNear(
          "sequence " + s,
          LayerChecks.outputs(attention, TokenBatch.evaluation(alone).withMask(mask)),
          Arrays.copyOfRange(both, 3 * s * WIDTH, (3 * s + 3) * WIDTH),
          1e-14);
    }
  }

  @Test
  void backward_headsSequencesAndPadding_isTheGradient() {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 6, WIDTH);
    TokenBatch input = TokenBatch.training(x)
        .withMask(TokenMask.of(true, true, true, true, false, true))
        .withSequenceLength(3);
    LayerChecks.assertGradients(attention(2), input, WIDTH);
  }

  @Test
  void pass_arraysThatDoNotFit_areRefused() {
    CausalSelfAttention attention = attention(2);
    LayerChecks.assertInputsRefused(attention, "a self-attention", "*", WIDTH, "qkv.weight");
    LayerChecks.assertBackwardRefused(attention, "a self-attention", WIDTH, "qkv.weight");
  }

  @Test
  void backward_dyNotContiguous_isRefused() {
    CausalSelfAttention attention = attention(2);
    Gradients into = attention.parameters().zeroGradients();
    try (Arena.Scope scope = new Arena().open()) {
      TokenLayer.Pass pass = attention.forward(TokenBatch.training(zeros(2, WIDTH)), scope);
      LayerChecks.assertRefused(
          "dy must be contiguous in c order but has order f and strides [1, 2]",
          () -> pass.backward(zeros(WIDTH, 2).transpose(), zeros(2, WIDTH), into));
    }
  }
}
