package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every parameter and the input of the whole layer against differences: each kind of experts with
 * each capacity rule, without, with and with a gated shared expert, always with biases (without
 * them: {@code ExpertsTest}).
 *
 * <p>T = 8 in 2 sequences, one token padded; D 3, H 4, E 3, K 2; gradients of balance losses on
 * logits and probabilities come on top.
 */
@ExtendWith(Seeds.class)
class MoeLayerGradientTest {
  private static final int T = 8;
  private static final int D = 3;
  private static final int E = 3;
  private static final TokenMask MASK =
      TokenMask.of(true, true, true, true, true, false, true, true);

  /** Expert 0 is wanted most, so that capacity 1 drops. */
  private static final int[][] CHOICE = {{0, 1}, {0, 2}, {1, 0}};

  private enum Shared {
    NONE,
    PLAIN,
    GATED
  }

  private record Combination(boolean gated, CapacityRule capacity, Shared shared) {}

  static Stream<Combination> combinations() {
    List<CapacityRule> rules = List.of(
        new Dropless(),
        LimitedCapacity.of(CapacityFormula.fixed(3)),
        new LimitedCapacity(CapacityFormula.fixed(2), true, DropOrder.tokenMajor()));
    List<Combination> all = new ArrayList<>();
    for (boolean gated : new boolean[] {false, true}) {
      for (CapacityRule rule : rules) {
        for (Shared shared : Shared.values()) {
          all.add(new Combination(gated, rule, shared));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void backward_wholeLayer_matchesDifferences(Combination combination) {
    MoeLayer layer = layer(combination);
    RandomArrays.fill(layer.parameters(), Seeds.random(1), 0.7);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), T, D);
    TokenBatch input = TokenBatch.training(x).withMask(MASK).withSequenceLength(4);
    double[] wY = RandomArrays.normal(Seeds.random(3), T * D);
    double[] wLogits = RandomArrays.normal(Seeds.random(4), T * E);
    double[] wP = RandomArrays.normal(Seeds.random(5), T * E);
    for (int e = 0; e < E; e++) {
      wLogits[5 * E + e] = 0;
    }
    RoutingGradient balance =
        RoutingGradient.ofLogits(wLogits).plus(RoutingGradient.ofProbabilities(wP));
    MoeGradients gradients;
    try (MoePass pass = layer.forward(input)) {
      assertEquals(
          combination.capacity instanceof Dropless, pass.dropped() == 0, "the rule must drop");
      pass.addBalance(balance);
      gradients = pass.backward(RandomArrays.of(DataType.DOUBLE, wY, T, D));
    }
    GradientCheck.of(() -> {
          try (MoePass pass = layer.forward(input)) {
            RouterDecision decision = pass.decision();
            return GradientCheck.weightedSum(pass.y(), wY)
                + GradientCheck.weightedSum(decision.requireLogits("test").toArray(), wLogits)
                + GradientCheck.weightedSum(
                    decision.requireProbabilities("test").toArray(), wP);
          }
        })
        .add("x", x, gradients.dx())
        .addAll(layer.parameters(), gradients.parameters())
        .assertCorrect();
    assertTrue(gradients.parameters().globalNorm() > 0.1);
    Frozen.assertRestUnchanged(layer.parameters(), into -> {
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, T, D);
      try (MoePass pass = layer.forward(input)) {
        pass.backward(RandomArrays.of(DataType.DOUBLE, wY, T, D), dx, into);
      }
      return dx;
    });
  }

  private static MoeLayer layer(Combination combination) {
    ExpertOptions options = ExpertOptions.of(E, D, 4)
        .withBiases(true)
        .withActivation(Activation.GELU)
        .withDataType(DataType.DOUBLE);
    Experts experts =
        combination.gated ? GluExperts.create(options, 1) : FfnExperts.create(options, 1);
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(6), E, D);
    MoeLayer.Builder builder =
        MoeLayer.builder(FixedRouter.of(gate, CHOICE), experts).capacity(combination.capacity);
    ExpertOptions one = ExpertOptions.of(1, D, 2).withBiases(true).withDataType(DataType.DOUBLE);
    if (combination.shared == Shared.PLAIN) {
      builder.sharedExpert(DenseFeedForward.of(GluExperts.create(one, 2)));
    } else if (combination.shared == Shared.GATED) {
      INDArray sharedGate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(7), 1, D);
      builder.sharedExpert(DenseFeedForward.gated(FfnExperts.create(one, 2), sharedGate));
    }
    return builder.build();
  }
}
