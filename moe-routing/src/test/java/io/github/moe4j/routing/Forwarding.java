package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Checks that a rule around another hands on what is the other's. */
final class Forwarding {
  private Forwarding() {}

  /** A rule with a parameter: one factor on the weight of each token's expert 0. */
  private record Scaled(INDArray factor, int[] fits) implements RoutingRule {
    @Override
    public NamedArrays parameters() {
      return NamedArrays.builder().add("factor", factor).build();
    }

    @Override
    public void requireFits(int experts) {
      fits[0] = experts;
    }

    @Override
    public RulePass apply(Logits logits, TokenBatch input) {
      int tokens = logits.tokens();
      double[] weight = new double[tokens];
      int[] token = new int[tokens];
      for (int t = 0; t < tokens; t++) {
        token[t] = t;
        weight[t] = factor.getDouble(0);
      }
      Assignments made = Assignments.of(tokens, logits.experts(), token, new int[tokens], weight);
      return new RulePass() {
        @Override
        public Assignments assignments() {
          return made;
        }

        @Override
        public List<TokenScores> scores() {
          return List.of();
        }

        @Override
        public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
          for (double d : gradient.weights().orElseThrow()) {
            into.get("factor").addi(d);
          }
        }
      };
    }
  }

  /** Fails unless parameters, their gradients and the check of E reach the inner rule. */
  static void assertForwards(UnaryOperator<RoutingRule> wrap) {
    INDArray factor = Nd4j.createFromArray(3.0);
    int[] fits = {0};
    RoutingRule rule = wrap.apply(new Scaled(factor, fits));
    assertSame(factor, rule.parameters().get("factor"));
    GatedRouter router = GatedRouter.of(LinearGate.of(Nd4j.ones(DataType.DOUBLE, 2, 1)), rule);
    assertEquals(2, fits[0]);
    assertEquals(
        List.of("weight", "rule.factor"), List.copyOf(router.parameters().names()));
    TokenBatch input =
        TokenBatch.training(Nd4j.ones(DataType.DOUBLE, 3, 1), new SplittableRandom(1));
    Gradients into = router.parameters().zeroGradients();
    router
        .route(input)
        .backward(
            RoutingGradient.ofWeights(new double[] {1, 2, 4}),
            Nd4j.zeros(DataType.DOUBLE, 3, 1),
            into);
    assertSameBits("factor", Nd4j.createFromArray(7.0), into.get("rule.factor"));
  }
}
