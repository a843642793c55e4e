package io.github.moe4j.core.capacity;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The rules that change weights, experts or rows, through a whole layer against differences.
 *
 * <p>T = 8 in 2 sequences, one token padded; D 3, H 4, E 4, K 2.
 */
@ExtendWith(Seeds.class)
class CapacityGradientTest {
  private static final int T = 8;
  private static final int D = 3;
  private static final int E = 4;
  private static final TokenMask MASK =
      TokenMask.of(true, true, true, true, true, false, true, true);
  private static final LimitedCapacity THREE = LimitedCapacity.of(CapacityFormula.fixed(3));

  static Stream<CapacityRule> rules() {
    CapacityFormula two = CapacityFormula.fixed(2);
    LimitedCapacity byWeight = new LimitedCapacity(two, true, DropOrder.byWeight());
    return Stream.of(
        byWeight,
        Renormalized.of(THREE),
        // every sum is below the floor, then some are and some are not
        new Renormalized(THREE, 10),
        new Renormalized(byWeight, 0.5),
        Rerouted.of(CapacityFormula.fixed(3)),
        new Rerouted(two, true, DropOrder.choiceMajor(), 2),
        Renormalized.of(new Rerouted(two, false, DropOrder.batchPrioritized(), E)),
        new PaddedToMultiple(THREE, 4),
        PaddedToCapacity.of(byWeight),
        Renormalized.of(PaddedToCapacity.of(byWeight)),
        new PaddedToMultiple(Renormalized.of(Rerouted.of(CapacityFormula.fixed(3))), 4));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void backward_wholeLayer_matchesDifferences(CapacityRule rule) {
    MoeLayer layer = layer(rule);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), T, D);
    TokenBatch input = TokenBatch.training(x).withMask(MASK).withSequenceLength(4);
    double[] wY = RandomArrays.normal(Seeds.random(3), T * D);
    MoeGradients gradients;
    try (MoePass pass = layer.forward(input)) {
      gradients = pass.backward(RandomArrays.of(DataType.DOUBLE, wY, T, D));
    }
    GradientCheck.of(() -> {
          try (MoePass pass = layer.forward(input)) {
            return GradientCheck.weightedSum(pass.y(), wY);
          }
        })
        .add("x", x, gradients.dx())
        .addAll(layer.parameters(), gradients.parameters())
        .assertCorrect();
    assertTrue(gradients.parameters().globalNorm() > 0.1);
  }

  @Test
  void padding_anyRows_changesNeitherOutputNorGradient() {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), T, D);
    INDArray dy = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), T, D);
    TokenBatch input = TokenBatch.training(x).withMask(MASK).withSequenceLength(4);
    for (CapacityRule rule :
        new CapacityRule[] {new PaddedToMultiple(THREE, 4), PaddedToCapacity.of(THREE)}) {
      try (MoePass plain = layer(THREE).forward(input);
          MoePass padded = layer(rule).forward(input)) {
        assertTrue(padded.plan().rows() > plain.plan().rows(), "rows must be added");
        assertEquals(plain.dropped(), padded.dropped());
        assertNear("y", plain.y(), padded.y(), 1e-14);
        MoeGradients expected = plain.backward(dy);
        MoeGradients actual = padded.backward(dy);
        assertNear("dx", expected.dx(), actual.dx(), 1e-13);
        expected
            .parameters()
            .forEach(
                (name, array) -> assertNear(name, array, actual.parameters().get(name), 1e-13));
      }
    }
  }

  private static MoeLayer layer(CapacityRule rule) {
    ExpertOptions options =
        ExpertOptions.of(E, D, 4).withBiases(true).withDataType(DataType.DOUBLE);
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(6), E, D);
    FixedRouter router = FixedRouter.of(gate, new int[] {0, 1}, new int[] {0, 2}, new int[] {1, 0});
    MoeLayer layer =
        MoeLayer.builder(router, GluExperts.create(options, 1)).capacity(rule).build();
    RandomArrays.fill(layer.parameters(), Seeds.random(1), 0.7);
    return layer;
  }
}
