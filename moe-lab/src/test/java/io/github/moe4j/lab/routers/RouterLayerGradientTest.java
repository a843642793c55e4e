package io.github.moe4j.lab.routers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.Renormalized;
import io.github.moe4j.core.capacity.Rerouted;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.RoutingObjective;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradients of a whole layer, for every router of the registry and several capacity rules, against
 * differences: of x and of all parameters, through the outputs and through all that a balance loss
 * may read.
 *
 * <p>The input does not depend on the seed of the tests: choices are steps, and a random input may
 * lie on the edge of one. That no choice changes within a difference is checked each time.
 */
class RouterLayerGradientTest {
  private static final int TOKENS = 8;
  private static final int SEQUENCE = 4;
  private static final int WIDTH = 3;
  private static final TokenMask MASK =
      TokenMask.of(true, true, false, true, true, true, true, true);
  private static final RouterConfig SIZES = RouterConfig.of(4, WIDTH, 2);

  /** Its training estimates the gradient through the sampling and is no derivative, on purpose. */
  private static final Set<String> DERIVATIVE_IN_EVALUATION_ONLY = Set.of("sparsemixer");

  /** Routers without a distribution over the experts, so that nothing says who is next best. */
  private static final Set<String> WITHOUT_PROBABILITIES = Set.of("remoe", "hash");

  enum Rule {
    DROPLESS(new Dropless()),
    LIMITED(LimitedCapacity.ofFactor(0.75)),
    RENORMALIZED(Renormalized.of(
        new LimitedCapacity(CapacityFormula.factor(0.75), false, DropOrder.choiceMajor()))),
    REROUTED(Rerouted.of(CapacityFormula.factor(0.75))),
    PER_SEQUENCE_BY_WEIGHT(
        new LimitedCapacity(CapacityFormula.factor(0.75), true, DropOrder.byWeight()));

    private final CapacityRule rule;

    Rule(CapacityRule rule) {
      this.rule = rule;
    }
  }

  static Stream<Arguments> combinations() {
    return RouterLayers.names()
        .flatMap(router -> Stream.of(Rule.values()).map(rule -> Arguments.of(router, rule)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("combinations")
  void backward_wholeLayer_matchesDifferences(String router, Rule rule) {
    MoeLayer layer = RouterLayers.layer(router, SIZES, DataType.DOUBLE, rule.rule, false);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, new SplittableRandom(3), TOKENS, WIDTH);
    boolean training = !DERIVATIVE_IN_EVALUATION_ONLY.contains(router);
    if (rule == Rule.REROUTED && WITHOUT_PROBABILITIES.contains(router)) {
      Exception error =
          assertThrows(IllegalArgumentException.class, () -> layer.forward(input(x, training)));
      assertEquals(
          "layer moe: Rerouted needs router probabilities but the router has none",
          error.getMessage());
      return;
    }
    double[] c = RandomArrays.normal(new SplittableRandom(4), TOKENS * WIDTH);
    try (MoePass pass = layer.forward(input(x, training))) {
      RoutingObjective balance = RoutingObjective.random(pass.decision(), new SplittableRandom(5));
      pass.addBalance(balance.gradient());
      MoeGradients gradients = pass.backward(RandomArrays.of(DataType.DOUBLE, c, TOKENS, WIDTH));
      Choices choices = Choices.of(pass);
      GradientCheck.of(() -> {
            try (MoePass changed = layer.forward(input(x, training))) {
              choices.requireSame(Choices.of(changed));
              return GradientCheck.weightedSum(changed.y(), c) + balance.value(changed.decision());
            }
          })
          .add("x", x, gradients.dx())
          .addAll(layer.parameters(), gradients.parameters())
          .assertCorrect();
    }
  }

  @Test
  void probabilities_allRouters_absentWhereListed() {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, new SplittableRandom(3), TOKENS, WIDTH);
    Set<String> without = RouterLayers.names()
        .filter(router -> {
          MoeLayer layer =
              RouterLayers.layer(router, SIZES, DataType.DOUBLE, new Dropless(), false);
          RouterDecision decision = layer.router().route(input(x, true)).decision();
          return decision.probabilities().isEmpty();
        })
        .collect(Collectors.toSet());
    assertEquals(WITHOUT_PROBABILITIES, without);
  }

  private static TokenBatch input(INDArray x, boolean training) {
    PassMode mode = training
        ? PassMode.training(new SplittableRandom(6))
        : PassMode.evaluation().differentiable();
    return TokenBatch.of(x, mode)
        .withMask(MASK)
        .withSequenceLength(SEQUENCE)
        .withTokenIds(IntStream.range(0, TOKENS).map(t -> 31 * t).toArray())
        .atStep(2000);
  }

  /** Which experts were chosen, and which of them kept. */
  private record Choices(List<int[]> pairs) {
    static Choices of(MoePass pass) {
      return new Choices(Stream.of(pass.decision().assignments(), pass.plan().assignments())
          .map(Choices::pairs)
          .toList());
    }

    private static int[] pairs(Assignments made) {
      return IntStream.range(0, made.size())
          .map(n -> made.token(n) * made.experts() + made.expert(n))
          .toArray();
    }

    void requireSame(Choices other) {
      for (int i = 0; i < pairs.size(); i++) {
        assertArrayEquals(pairs.get(i), other.pairs.get(i), "the input must lie away from choices");
      }
    }
  }
}
