package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.TokenScores.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** {@link RouterDecision} and {@link RoutingGradient}, which must fit it. */
class RouterDecisionTest {
  private final TokenMask mask = TokenMask.of(true, false, true, true);
  private final Assignments two =
      Assignments.of(4, 3, new int[] {0, 2}, new int[] {1, 1}, new double[] {1, 1});
  private final Logits logits = Logits.of(new double[12], 3, mask);

  @Test
  void of_parts_readable() {
    Probabilities p = logits.softmax(mask);
    RouterDecision decision = RouterDecision.of(two, mask, 2, logits, p);
    assertEquals(4, decision.tokens());
    assertEquals(3, decision.experts());
    assertEquals(2, decision.sequenceLength());
    assertEquals(2, decision.sequences());
    assertSame(logits, decision.requireLogits("test"));
    assertSame(p, decision.requireProbabilities("test"));
    assertSame(mask, decision.mask());
    assertSame(logits, decision.logits().orElseThrow());
    assertSame(p, decision.probabilities().orElseThrow());
  }

  @Test
  void sequences_noTokens_zero() {
    Assignments none = Assignments.of(0, 3, new int[0], new int[0], new double[0]);
    assertEquals(0, RouterDecision.of(none, TokenMask.none(0), 0, null, null).sequences());
  }

  @Test
  void require_absentScores_namesUser() {
    RouterDecision decision = RouterDecision.of(two, mask, 4, null, null);
    assertTrue(decision.logits().isEmpty() && decision.probabilities().isEmpty());
    assertMessage(
        "z-loss needs router logits but the router has none",
        () -> decision.requireLogits("z-loss"));
    assertMessage(
        "loss needs router probabilities but the router has none",
        () -> decision.requireProbabilities("loss"));
  }

  @Test
  void of_partsThatDoNotFit_messageNamesBoth() {
    assertMessage(
        "assignments and mask differ in tokens: 4 != 3",
        () -> RouterDecision.of(two, TokenMask.none(3), 3, null, null));
    assertMessage(
        "a padded token must get no assignment but one did",
        () -> RouterDecision.of(two, TokenMask.of(true, true, false, true), 4, null, null));
    assertMessage(
        "sequenceLength must divide T = 4 but was 3",
        () -> RouterDecision.of(two, mask, 3, null, null));
    Logits narrow = Logits.of(new double[8], 2, mask);
    assertMessage(
        "logits must be [4, 3] but was [4, 2]",
        () -> RouterDecision.of(two, mask, 4, narrow, null));
    assertMessage(
        "probabilities must be [4, 3] but was [4, 2]",
        () -> RouterDecision.of(two, mask, 4, null, narrow.softmax(mask)));
  }

  @Test
  void plus_sameAndDifferentParts_adds() {
    RoutingGradient a = RoutingGradient.ofWeights(new double[] {1, 2});
    RoutingGradient b = RoutingGradient.ofWeights(new double[] {10, 20});
    RoutingGradient c = RoutingGradient.ofLogits(new double[] {5});
    RoutingGradient d = RoutingGradient.ofProbabilities(new double[] {7});
    RoutingGradient sum = a.plus(b).plus(c).plus(RoutingGradient.none()).plus(d);
    assertArrayEquals(new double[] {11, 22}, sum.weights().orElseThrow());
    assertArrayEquals(new double[] {5}, sum.logits().orElseThrow());
    assertArrayEquals(new double[] {7}, sum.probabilities().orElseThrow());
    assertArrayEquals(new double[] {1, 2}, a.weights().orElseThrow());
    RoutingGradient half = sum.times(0.5);
    assertArrayEquals(new double[] {5.5, 11}, half.weights().orElseThrow());
    assertArrayEquals(new double[] {2.5}, half.logits().orElseThrow());
    assertArrayEquals(new double[] {3.5}, half.probabilities().orElseThrow());
    assertTrue(RoutingGradient.none().times(3).weights().isEmpty());
  }

  @Test
  void of_arraysChangedAfterwards_notSeen() {
    double[] values = {1, 2};
    RoutingGradient gradient = RoutingGradient.ofLogits(values);
    values[0] = 9;
    gradient.logits().orElseThrow()[1] = 9;
    assertArrayEquals(new double[] {1, 2}, gradient.logits().orElseThrow());
  }

  @Test
  void requireFits_wrongLengthOrAbsent_says() {
    RouterDecision full = RouterDecision.of(two, mask, 4, logits, logits.softmax(mask));
    RouterDecision bare = RouterDecision.of(two, mask, 4, null, null);
    RoutingGradient.ofWeights(new double[2]).requireFits(bare);
    RoutingGradient.ofLogits(new double[12]).requireFits(full);
    assertMessage(
        "gradient of weights must have length 2 but has 3",
        () -> RoutingGradient.ofWeights(new double[3]).requireFits(full));
    assertMessage(
        "gradient of logits must have length 12 but has 4",
        () -> RoutingGradient.ofLogits(new double[4]).requireFits(full));
    assertMessage(
        "gradient of probabilities must have length 12 but has 4",
        () -> RoutingGradient.ofProbabilities(new double[4]).requireFits(full));
    assertMessage(
        "gradient of logits given but the router has none",
        () -> RoutingGradient.ofLogits(new double[12]).requireFits(bare));
    assertMessage(
        "gradient of probabilities given but the router has none",
        () -> RoutingGradient.ofProbabilities(new double[12]).requireFits(bare));
    assertMessage(
        "gradient of weights must have length 1 but has 2",
        () -> RoutingGradient.ofWeights(new double[1])
            .plus(RoutingGradient.ofWeights(new double[2])));
  }

  @Test
  void orZero_gradientThatDoesNotFitTheDecision_refused() {
    RouterDecision full = RouterDecision.of(two, mask, 4, logits, null);
    RouterDecision bare = RouterDecision.of(two, mask, 4, null, null);
    RoutingGradient ofLogits = RoutingGradient.ofLogits(new double[12]);
    RoutingGradient ofThree = RoutingGradient.ofWeights(new double[3]);
    assertMessage(
        "gradient of logits given but the router has none", () -> ofLogits.weightsOrZero(bare));
    assertMessage(
        "gradient of weights must have length 2 but has 3",
        () -> ofThree.orZero(Kind.LOGITS, full));
    assertMessage(
        "gradient of weights must have length 2 but has 3", () -> ofThree.weightsOrZero(2));
    assertMessage(
        "gradient of logits must have length 11 but has 12",
        () -> ofLogits.orZero(Kind.LOGITS, 11));
    assertArrayEquals(new double[2], ofLogits.weightsOrZero(full));
    assertArrayEquals(
        new double[12], RoutingGradient.ofWeights(new double[] {1, 2}).orZero(Kind.LOGITS, full));
  }

  @Test
  void boundTo_anotherDecisionOrShape_refused() {
    RouterDecision mine = RouterDecision.of(two, mask, 4, logits, null);
    RouterDecision other = RouterDecision.of(two, mask, 4, logits, null);
    RoutingGradient gradient = RoutingGradient.ofLogits(new double[12]).boundTo(mine);
    gradient.boundTo(mine);
    gradient.unbound().boundTo(other);
    assertMessage(
        "the gradient must be that of the decision that the loss made in this pass but is that of"
            + " another one: evaluate the loss on its decision()",
        () -> gradient.boundTo(other));
    assertMessage(
        "gradient of logits must have length 12 but has 4",
        () -> RoutingGradient.ofLogits(new double[4]).boundTo(mine));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
