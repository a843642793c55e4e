package io.github.moe4j.balance.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.ReMoEL1;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Hand-worked: four experts, one of them aimed at, so that 3/4 of the weights should be 0. */
class SparsityControllerTest {
  private final SparsityController controller = new SparsityController(4, 1, 1, 2);

  /** One sequence of tokens; the first have some weights of 1/2, all of one expert each. */
  private static RouterDecision used(TokenMask mask, int... expertsOfToken) {
    int size = java.util.Arrays.stream(expertsOfToken).sum();
    int[] token = new int[size];
    int[] expert = new int[size];
    double[] weight = new double[size];
    int n = 0;
    for (int t = 0; t < expertsOfToken.length; t++) {
      for (int e = 0; e < expertsOfToken[t]; e++) {
        token[n] = t;
        expert[n] = e;
        weight[n++] = 0.5;
      }
    }
    Assignments made = Assignments.of(mask.tokens(), 4, token, expert, weight);
    return RouterDecision.of(made, mask, mask.tokens(), null, null);
  }

  private static RouterDecision used(int... expertsOfToken) {
    return used(TokenMask.none(expertsOfToken.length), expertsOfToken);
  }

  private double coefficientAfter(RouterDecision... passes) {
    for (RouterDecision pass : passes) {
      controller.observe(pass);
    }
    controller.step();
    return controller.coefficient();
  }

  @Test
  void step_tooManyExperts_coefficientGrows() {
    // 2 tokens: 3 of 8 weights positive, 5/8 zero < 3/4
    assertEquals(2, coefficientAfter(used(2, 1)));
    assertEquals(4, coefficientAfter(used(4, 4)));
  }

  @Test
  void step_tooFewOrAtTheAim_coefficientShrinks() {
    // 7/8 zero; then exactly 3/4; then none at all
    assertEquals(0.5, coefficientAfter(used(1, 0)));
    assertEquals(0.25, coefficientAfter(used(2, 0)));
    assertEquals(0.125, coefficientAfter(used(0, 0)));
  }

  @Test
  void step_aimThatIsNoBinaryFraction_exactlyAtItShrinks() {
    // E = 3, k = 1: sparsity 1 − 4/12 and the aim 1 − 1/3 are the same number
    SparsityController thirds = new SparsityController(3, 1, 1, 2);
    Assignments made = Assignments.of(
        4, 3, new int[] {0, 1, 2, 3}, new int[] {0, 1, 2, 0}, new double[] {1, 1, 1, 1});
    thirds.observe(RouterDecision.of(made, TokenMask.none(4), 4, null, null));
    thirds.step();
    assertEquals(0.5, thirds.coefficient());
  }

  @Test
  void step_severalPassesOfDifferentLength_allWeightsTogether() {
    // 4 of 4, 1 of 12: 5 of 16 positive, 11/16 < 3/4. The mean of both sparsities is 11/24, too.
    // With one more pass 0 of 8: 5 of 24, 19/24 > 3/4, where the mean of three is 23/36 < 3/4
    assertEquals(2, coefficientAfter(used(4), used(1, 0, 0)));
    assertEquals(1, coefficientAfter(used(4), used(1, 0, 0), used(0, 0)));
  }

  @Test
  void observe_weightOfZero_isNoUse() {
    // two assignments, one of weight 0: 1 of 4
    Assignments made =
        Assignments.of(1, 4, new int[] {0, 0}, new int[] {0, 1}, new double[] {0.5, 0});
    controller.observe(RouterDecision.of(made, TokenMask.none(1), 1, null, null));
    assertEquals(0.75, controller.sparsity());
  }

  @Test
  void observe_padding_isNoToken() {
    // two real tokens with 3 of 8; with the padded ones it would be 3 of 16, and shrink
    RouterDecision padded = used(TokenMask.of(true, false, true, false), 2, 0, 1, 0);
    controller.observe(padded);
    assertEquals(5 / 8.0, controller.sparsity());
    controller.step();
    assertEquals(2, controller.coefficient());
  }

  @Test
  void sparsity_nothingObserved_isNaN() {
    assertTrue(Double.isNaN(controller.sparsity()));
    controller.observe(used(4));
    assertEquals(0, controller.sparsity());
    controller.step();
    assertTrue(Double.isNaN(controller.sparsity()));
  }

  @Test
  void step_endsOfTheRange_staysPositiveAndFinite() {
    SparsityController large = new SparsityController(4, 1, 1e308, 1e300);
    large.observe(used(4));
    large.step();
    assertEquals(Double.MAX_VALUE, large.coefficient());
    SparsityController small = new SparsityController(4, 1, 1e-300, 1e300);
    small.observe(used(0));
    small.step();
    assertEquals(Double.MIN_NORMAL, small.coefficient());
    small.observe(used(4));
    small.step();
    assertTrue(small.coefficient() > 1e-9);
  }

  @Test
  void of_published_startAndFactor() {
    SparsityController published = SparsityController.of(4, 1);
    assertEquals(1e-8, published.coefficient());
    published.observe(used(4));
    published.step();
    assertEquals(1e-8 * 1.2, published.coefficient());
    published.observe(used(0));
    published.step();
    assertEquals(1e-8 * 1.2 / 1.2, published.coefficient());
  }

  @Test
  void at_anyStep_isThePresentCoefficient() {
    // one token with both of two experts, weight 1/2 each: ReMoE's L1 is E/(T²·k)·(½ + ½) = 4
    Balancer balancer = Balancer.builder()
        .add(ReMoEL1.of(1, 1), controller)
        .controller(controller)
        .build();
    assertEquals(4, balancer.observe(List.of(List.of(used(2)))).get(0).value(), 1e-14);
    balancer.step();
    assertEquals(8, balancer.observe(List.of(List.of(used(2)))).get(0).value(), 1e-14);
    assertEquals(controller.coefficient(), controller.at(0));
  }

  @Test
  void step_oneExpert_shrinks() {
    // E = k = 1: no weight should be 0, and none is
    SparsityController one = new SparsityController(1, 1, 1, 2);
    Assignments made = Assignments.of(1, 1, new int[] {0}, new int[] {0}, new double[] {1});
    one.observe(RouterDecision.of(made, TokenMask.none(1), 1, null, null));
    one.step();
    assertEquals(0.5, one.coefficient());
  }

  @Test
  void restore_coefficientOrCountsImpossible_refused() {
    assertRefused("saved.coefficient must be above 0 but was 0.0", state(0, 1, 4));
    assertRefused("saved.coefficient must be above 0 but was -1.0", state(-1, 1, 4));
    assertRefused("saved.positive must be at most weights = 4 but was 5", state(1, 5, 4));
  }

  private static Saved state(double coefficient, long positive, long weights) {
    return Saved.empty()
        .with("experts", 4L)
        .with("coefficient", coefficient)
        .with("positive", positive)
        .with("weights", weights);
  }

  private void assertRefused(String message, Saved state) {
    controller.observe(used(3));
    assertMessage(message, () -> state.into(controller));
    assertEquals(1, controller.coefficient());
    assertEquals(0.25, controller.sparsity());
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertMessage("experts must be at least 1 but was 0", () -> SparsityController.of(0, 1));
    assertMessage("k must be in [1, 4] but was 5", () -> SparsityController.of(4, 5));
    assertMessage("k must be in [1, 4] but was 0", () -> SparsityController.of(4, 0));
    assertMessage("start must be above 0 but was 0.0", () -> new SparsityController(4, 1, 0, 1.2));
    assertMessage(
        "start must be above 0 but was NaN", () -> new SparsityController(4, 1, Double.NaN, 1.2));
    assertMessage("factor must be above 1 but was 1.0", () -> new SparsityController(4, 1, 1, 1));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
