package io.github.moe4j.testkit.balance;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that every {@link BalanceLoss} must pass. A loss's test class extends this, creates the loss and
 * gives its values at perfect balance and at total collapse.
 *
 * <p>Decisions are built from logits and a choice by simple code; the choice is constant, as in
 * training.
 */
@ExtendWith(Seeds.class)
public abstract class LossContract {
  /** For subclasses. */
  protected LossContract() {}

  private static final int EXPERTS = 4;
  private static final int DRAWS = 10;

  /** The loss under test with the given coefficient. */
  protected abstract BalanceLoss loss(double coefficient);

  /** The same loss for another number of experts, if it depends on it. */
  protected BalanceLoss loss(double coefficient, int experts) {
    return loss(coefficient);
  }

  /** The same loss after each expert e became e + 1 and the last became 0, if it depends on their numbers. */
  protected BalanceLoss renumbered(double coefficient) {
    return loss(coefficient);
  }

  /** Value with coefficient 1 if all logits are 0 and all experts are chosen equally often. */
  protected abstract double valueAtBalance(int experts, int choices);

  /**
   * Value with coefficient 1 if every token prefers expert 0.
   *
   * @param logit of expert 0, so large that its probability is 1; the other logits are 0
   */
  protected abstract double valueAtCollapse(int experts, int choices, double logit);

  /** Choices per token for which the loss of one layer varies, so that its gradient is checked. */
  protected int[] choicesThatVary() {
    return new int[] {1, 2, EXPERTS - 1};
  }

  /** Added to the random logits of an expert where a gradient is checked, for a loss to vary. */
  protected double tilt(int expert) {
    return 0;
  }

  /**
   * The decision as the loss needs it. A loss that reads selection probabilities adds some that equal
   * the probabilities; the contract's decisions have logits, their softmax, and its values as weights.
   */
  protected RouterDecision prepare(RouterDecision decision) {
    return decision;
  }

  @Test
  void evaluate_perfectBalance_documentedValue() {
    for (int k : new int[] {1, 2, EXPERTS}) {
      int[][] choice = new int[12][k];
      for (int i = 0; i < 12 * k; i++) {
        choice[i / k][i % k] = (i / k + i % k) % EXPERTS;
      }
      RouterDecision balanced = prepare(
          Decisions.chosen(new double[12 * EXPERTS], EXPERTS, choice, TokenMask.none(12), 4));
      assertEquals(valueAtBalance(EXPERTS, k), loss(1).evaluate(balanced).value(), 1e-12, "K " + k);
    }
  }

  @Test
  void evaluate_totalCollapse_documentedValue() {
    double[] logits = new double[12 * EXPERTS];
    for (int t = 0; t < 12; t++) {
      logits[t * EXPERTS] = 60;
    }
    for (int k : new int[] {1, 2, EXPERTS}) {
      RouterDecision collapsed = topK(logits, EXPERTS, k, TokenMask.none(12), 4);
      double expected = valueAtCollapse(EXPERTS, k, 60);
      assertEquals(expected, loss(1).evaluate(collapsed).value(), 1e-12 * (1 + expected), "K " + k);
    }
  }

  @Test
  void evaluate_oneLayer_gradientMatchesDifferences() {
    for (int k : choicesThatVary()) {
      requireGradient(draw ->
          List.of(new Layer(draw + 1, 8, k, 4, RandomArrays.mask(Seeds.random(draw + 2), 8))));
    }
  }

  @Test
  void evaluate_layersOfDifferentLength_gradientMatchesDifferences() {
    TokenMask oneEmptySequence =
        TokenMask.of(true, false, true, true, false, false, false, false, true, true, true, false);
    requireGradient(draw -> List.of(
        new Layer(draw + 1, 12, 2, 4, oneEmptySequence),
        new Layer(draw + 2, 5, 1, 5, TokenMask.none(5)),
        new Layer(draw + 3, 6, 3, 2, TokenMask.of(true, true, false, true, true, true))));
  }

  /** Logits to vary, and all that is constant about a layer. */
  private final class Layer {
    final double[] logits;
    final int[][] choice;
    final int sequenceLength;
    final TokenMask mask;

    Layer(long salt, int tokens, int k, int sequenceLength, TokenMask mask) {
      this.logits = RandomArrays.normal(Seeds.random(salt), tokens * EXPERTS);
      Arrays.setAll(logits, i -> logits[i] + tilt(i % EXPERTS));
      this.choice = new int[tokens][];
      Arrays.setAll(choice, t -> Decisions.largest(logits, t * EXPERTS, EXPERTS, k));
      this.sequenceLength = sequenceLength;
      this.mask = mask;
    }

    RouterDecision decision() {
      return Decisions.chosen(logits, EXPERTS, choice, mask, sequenceLength);
    }
  }

  /**
   * Checks the gradient of the first draw where the loss depends on the logits: at equal loads a loss
   * is constant, whatever the logits are.
   */
  private void requireGradient(LongFunction<List<Layer>> layers) {
    for (int draw = 0; draw < DRAWS; draw++) {
      GradientCheck check = gradientCheck(layers.apply(1000L * draw));
      if (check.varies()) {
        check.assertCorrect();
        return;
      }
    }
    fail("the loss is constant in each of " + DRAWS + " draws");
  }

  private GradientCheck gradientCheck(List<Layer> layers) {
    BalanceLoss loss = loss(5);
    List<RouterDecision> decisions = decisions(layers);
    LossValue value = loss.evaluate(decisions);
    assertEquals(layers.size(), value.gradients().size());
    GradientCheck check =
        GradientCheck.of(() -> loss.evaluate(decisions(layers)).value());
    for (int l = 0; l < layers.size(); l++) {
      double[] dLogits = dLogits(decisions.get(l), value.gradients().get(l));
      check.add("logits of layer " + l, layers.get(l).logits, dLogits);
    }
    return check;
  }

  private List<RouterDecision> decisions(List<Layer> layers) {
    return layers.stream().map(layer -> prepare(layer.decision())).toList();
  }

  private RouterDecision topK(double[] logits, int experts, int k, TokenMask mask) {
    return prepare(Decisions.topK(logits, experts, k, mask));
  }

  private RouterDecision topK(double[] logits, int experts, int k, TokenMask mask, int length) {
    return prepare(Decisions.topK(logits, experts, k, mask, length));
  }

  /**
   * The gradient of the logits behind a decision, through the softmax for probabilities and for what
   * equals them up to a constant: weights and, as {@link #prepare} may add them, selection
   * probabilities and margins.
   */
  private static double[] dLogits(RouterDecision decision, RoutingGradient gradient) {
    int scores = decision.tokens() * decision.experts();
    double[] dLogits = gradient.logits().orElseGet(() -> new double[scores]);
    double[] dP = gradient.orZero(Kind.PROBABILITIES, decision);
    double[] dSelection = gradient.orZero(Kind.SELECTION, decision);
    double[] dMargins = gradient.orZero(Kind.MARGINS, decision);
    double[] dWeights = gradient.weightsOrZero(decision);
    assertEquals(scores, dLogits.length);
    assertEquals(scores, dP.length);
    for (int i = 0; i < scores; i++) {
      dP[i] += dSelection[i] + dMargins[i];
    }
    Assignments made = decision.assignments();
    for (int n = 0; n < made.size(); n++) {
      dP[made.token(n) * decision.experts() + made.expert(n)] += dWeights[n];
    }
    decision.requireProbabilities("test").softmaxBackward(dP, dLogits);
    return dLogits;
  }

  @Test
  void evaluate_paddingInAndAfterSequences_changesNothing() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    RouterDecision plain = topK(logits, EXPERTS, 2, TokenMask.none(8), 4);
    // two sequences of 4 become three of 6: two padded tokens in each, then nothing but padding
    boolean[] valid = new boolean[18];
    double[] padded = new double[18 * EXPERTS];
    Arrays.fill(padded, Double.NaN);
    int[] place = new int[8];
    for (int t = 0; t < 8; t++) {
      place[t] = t / 4 * 6 + new int[] {0, 2, 3, 5}[t % 4];
      valid[place[t]] = true;
      System.arraycopy(logits, t * EXPERTS, padded, place[t] * EXPERTS, EXPERTS);
    }
    RouterDecision masked = topK(padded, EXPERTS, 2, TokenMask.of(valid), 6);
    LossValue expected = loss(0.7).evaluate(plain);
    LossValue actual = loss(0.7).evaluate(masked);
    assertEquals(expected.value(), actual.value(), 1e-14);
    double[] dPlain = dLogits(plain, expected.gradient());
    double[] dMasked = dLogits(masked, actual.gradient());
    for (int t = 0; t < 8; t++) {
      for (int e = 0; e < EXPERTS; e++) {
        int i = place[t] * EXPERTS + e;
        assertEquals(dPlain[t * EXPERTS + e], dMasked[i], 1e-14, "gradient of token " + t);
        dMasked[i] = 0;
      }
    }
    assertAllZero("gradient of padding", dMasked);
  }

  @Test
  void evaluate_onlyPadding_zeroNotNaN() {
    double[] logits = new double[6 * EXPERTS];
    Arrays.fill(logits, Double.NaN);
    TokenMask none = TokenMask.of(new boolean[6]);
    RouterDecision padding = topK(logits, EXPERTS, 2, none, 3);
    LossValue value = loss(0.7).evaluate(padding);
    assertEquals(0, value.value());
    assertAllZero("gradient", dLogits(padding, value.gradient()));
  }

  @Test
  void evaluate_noTokens_zero() {
    RouterDecision empty = topK(new double[0], EXPERTS, 2, TokenMask.none(0), 1);
    LossValue value = loss(0.7).evaluate(empty);
    assertEquals(0, value.value());
    assertEquals(0, dLogits(empty, value.gradient()).length);
  }

  @Test
  void evaluate_oneExpert_finiteAsAtBalance() {
    RouterDecision one = topK(new double[5], 1, 1, TokenMask.none(5));
    LossValue value = loss(1, 1).evaluate(one);
    assertEquals(valueAtBalance(1, 1), value.value(), 1e-12);
    for (double d : dLogits(one, value.gradient())) {
      assertEquals(0, d, 1e-12); // a softmax over one expert is 1 whatever its logit is
    }
  }

  @Test
  void evaluate_logitsOf80_finite() {
    double[] logits = new double[6 * EXPERTS];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = i % 3 == 0 ? 80 : -80;
    }
    RouterDecision extreme = topK(logits, EXPERTS, 2, TokenMask.none(6));
    LossValue value = loss(1).evaluate(extreme);
    assertTrue(Double.isFinite(value.value()));
    double[] gradient = dLogits(extreme, value.gradient());
    assertTrue(Arrays.stream(gradient).allMatch(Double::isFinite));
  }

  @Test
  void evaluate_coefficientDoubled_valueAndGradientDouble() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    RouterDecision decision = topK(logits, EXPERTS, 2, TokenMask.none(8), 4);
    LossValue once = loss(0.3).evaluate(decision);
    LossValue twice = loss(0.6).evaluate(decision);
    assertTrue(once.value() != 0);
    assertEquals(2 * once.value(), twice.value(), 1e-14);
    double[] expected = dLogits(decision, once.gradient().times(2));
    assertNear("gradient", expected, dLogits(decision, twice.gradient()), 1e-14);
    assertEquals(0, loss(0).evaluate(decision).value());
  }

  @Test
  void evaluate_expertsRenumbered_sameValue() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    double[] renumbered = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      renumbered[i / EXPERTS * EXPERTS + (i + 1) % EXPERTS] = logits[i];
    }
    TokenMask all = TokenMask.none(8);
    assertEquals(
        loss(1).evaluate(topK(logits, EXPERTS, 2, all, 4)).value(),
        renumbered(1).evaluate(topK(renumbered, EXPERTS, 2, all, 4)).value(),
        1e-14);
  }

  @Test
  void evaluate_decision_notModified() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    RouterDecision decision = topK(logits, EXPERTS, 2, TokenMask.none(8), 4);
    double[] weights = decision.assignments().weights();
    double[] p = decision.requireProbabilities("test").toArray();
    double first = loss(1).evaluate(decision).value();
    assertEquals(first, loss(1).evaluate(decision).value());
    assertSameBits("weights", weights, decision.assignments().weights());
    assertSameBits("logits", logits, decision.requireLogits("test").toArray());
    assertSameBits("probabilities", p, decision.requireProbabilities("test").toArray());
  }

  @Test
  void evaluate_otherDecisionBetween_sameBits() {
    BalanceLoss loss = loss(1);
    RouterDecision decision =
        topK(RandomArrays.normal(Seeds.random(1), 8 * EXPERTS), EXPERTS, 2, TokenMask.none(8), 4);
    RouterDecision other =
        topK(RandomArrays.normal(Seeds.random(2), 6 * EXPERTS), EXPERTS, 2, TokenMask.none(6), 3);
    LossValue first = loss.evaluate(decision);
    loss.evaluate(other);
    LossValue second = loss.evaluate(decision);
    assertEquals(first.value(), second.value(), "value of the same decision");
    assertSameBits(
        "gradient", dLogits(decision, first.gradient()), dLogits(decision, second.gradient()));
  }

  @Test
  void evaluate_noLayers_throws() {
    var error = assertThrows(IllegalArgumentException.class, () -> loss(1).evaluate(List.of()));
    assertTrue(error.getMessage().contains("at least one layer"), error.getMessage());
  }

  @Test
  void loss_coefficientNotFiniteOrNegative_refused() {
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -0.01}) {
      var error = assertThrows(IllegalArgumentException.class, () -> loss(wrong));
      assertEquals(
          "coefficient must be finite and at least 0 but was " + wrong, error.getMessage());
    }
  }

  @Test
  void name_always_given() {
    assertFalse(loss(1).name().isBlank());
  }
}
