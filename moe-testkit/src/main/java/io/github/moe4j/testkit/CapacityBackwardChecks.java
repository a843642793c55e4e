package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.CapacityBatch.EXPERTS;
import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;

/** The backward of a capacity rule, through the softmax to the logits behind a decision. */
record CapacityBackwardChecks(CapacityContract contract) {
  private static final TokenMask MASK =
      TokenMask.of(true, true, true, true, true, false, true, true);
  private static final long SEED = 5;

  private CapacityPass apply(double[] logits) {
    return contract.apply(contract.rule(), decision(logits), SEED);
  }

  private static RouterDecision decision(double[] logits) {
    return Decisions.topK(logits, EXPERTS, 2, MASK, 4);
  }

  private static double[] logits(long salt) {
    return RandomArrays.normal(Seeds.random(salt), MASK.tokens() * EXPERTS);
  }

  /** Of several decisions; where nothing that is kept depends on logits, the gradient must be 0. */
  void differences() {
    for (long salt = 1; salt <= 3; salt++) {
      double[] logits = logits(salt);
      double[] start = apply(logits).kept().weights();
      double[] factors = RandomArrays.normal(Seeds.random(salt + 10), start.length);
      double[] dLogits = dLogits(decision(logits), apply(logits).backward(factors));
      GradientCheck check = GradientCheck.of(() -> {
            double[] change = apply(logits).kept().weights();
            assertEquals(start.length, change.length, "rows after a small change");
            for (int r = 0; r < change.length; r++) {
              change[r] -= start[r];
            }
            return GradientCheck.weightedSum(change, factors);
          })
          .add("logits", logits, dLogits);
      if (check.varies()) {
        check.assertCorrect();
      } else {
        assertAllZero("gradient of the logits", dLogits);
      }
    }
  }

  private static double[] dLogits(RouterDecision decision, RoutingGradient gradient) {
    double[] dP = gradient.orZero(Kind.PROBABILITIES, decision);
    double[] dLogits = gradient.orZero(Kind.LOGITS, decision);
    double[] dWeights = gradient.weightsOrZero(decision);
    Assignments made = decision.assignments();
    for (int n = 0; n < made.size(); n++) {
      dP[made.token(n) * EXPERTS + made.expert(n)] += dWeights[n];
    }
    decision.requireProbabilities("the contract").softmaxBackward(dP, dLogits);
    return dLogits;
  }

  void repeated() {
    double[] logits = logits(1);
    RouterDecision decision = decision(logits);
    CapacityPass result = contract.apply(contract.rule(), decision, SEED);
    double[] weights = result.kept().weights();
    double[] factors = RandomArrays.normal(Seeds.random(2), weights.length);
    double[] before = factors.clone();
    double[] first = dLogits(decision, result.backward(factors));
    assertSameBits("gradient of kept weights", before, factors);
    assertSameBits("gradient", first, dLogits(decision, result.backward(factors)));
    assertSameBits("kept weights", weights, result.kept().weights());
  }

  void wrongLength() {
    CapacityPass result = apply(logits(1));
    int rows = result.kept().size();
    Exception error = assertThrows(
        IllegalArgumentException.class,
        () -> result.backward(new double[rows + 1]),
        "a gradient of " + (rows + 1) + " weights for " + rows + " rows must be refused");
    assertTrue(
        String.valueOf(error.getMessage()).contains(String.valueOf(rows + 1)),
        "message must name the length " + (rows + 1) + " but was: " + error.getMessage());
  }
}
