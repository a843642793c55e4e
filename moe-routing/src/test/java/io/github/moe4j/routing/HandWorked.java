package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** What tests of rules with numbers worked out by hand share. */
final class HandWorked {
  private HandWorked() {}

  /** An input whose tokens no rule reads. */
  static TokenBatch input(int tokens) {
    return TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, tokens, 1));
  }

  /** Raw scores of one token after another, without padding. */
  static Logits logits(int experts, double... values) {
    return Logits.of(values, experts, TokenMask.none(values.length / experts));
  }

  /** Raw scores whose softmax is in these ratios. */
  static Logits ratios(int experts, double... ratio) {
    double[] values = new double[ratio.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.log(ratio[i]);
    }
    return logits(experts, values);
  }

  /** Raw scores whose sigmoids are these. */
  static Logits sigmoids(int experts, double... score) {
    double[] values = new double[score.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.log(score[i] / (1 - score[i]));
    }
    return logits(experts, values);
  }

  /** Fails unless these are the assignments, in this order. */
  static void assertMade(int[] token, int[] expert, double[] weight, RulePass result) {
    Assignments made = result.assignments();
    int[] madeToken = new int[made.size()];
    int[] madeExpert = new int[made.size()];
    for (int n = 0; n < made.size(); n++) {
      madeToken[n] = made.token(n);
      madeExpert[n] = made.expert(n);
    }
    assertArrayEquals(token, madeToken, "tokens");
    assertArrayEquals(expert, madeExpert, "experts");
    assertNear("weights", weight, made.weights(), 1e-14);
  }

  /** The backward from weights only. */
  static double[] backward(RulePass result, int size, double... dWeights) {
    double[] dLogits = new double[size];
    result.backward(
        RoutingGradient.ofWeights(dWeights), dLogits, NamedArrays.none().zeroGradients());
    return dLogits;
  }

  /**
   * Compares the gradient of weights and scores by the logits with differences.
   *
   * @param values raw scores [T·E]. Modified, and restored.
   * @param input makes the same input each time, with the same noise
   */
  static void assertGradient(
      RoutingRule rule, int experts, double[] values, Supplier<TokenBatch> input) {
    RulePass result = apply(rule, experts, values, input);
    List<TokenScores> scores = result.scores();
    double[] a = RandomArrays.normal(Seeds.random(91), result.assignments().size());
    RoutingGradient gradient = RoutingGradient.ofWeights(a);
    double[][] b = new double[scores.size()][];
    for (int i = 0; i < b.length; i++) {
      b[i] = RandomArrays.normal(Seeds.random(92 + i), values.length);
      gradient = gradient.plus(RoutingGradient.of(scores.get(i).kind(), b[i]));
    }
    double[] dLogits = new double[values.length];
    result.backward(gradient, dLogits, NamedArrays.none().zeroGradients());
    GradientCheck.of(() -> {
          RulePass now = apply(rule, experts, values, input);
          double sum = GradientCheck.weightedSum(now.assignments().weights(), a);
          for (int i = 0; i < b.length; i++) {
            sum += GradientCheck.weightedSum(now.scores().get(i).toArray(), b[i]);
          }
          return sum;
        })
        .add("logits", values, dLogits)
        .assertCorrect();
  }

  private static RulePass apply(
      RoutingRule rule, int experts, double[] values, Supplier<TokenBatch> input) {
    TokenBatch given = input.get();
    return rule.apply(Logits.of(values, experts, given.mask()), given);
  }

  /** Fails unless the action is refused with this message. */
  static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
