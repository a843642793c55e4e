package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.dP;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * By hand: two experts, two micro-batches of two tokens, two choices in order.
 *
 * <pre>
 * micro-batch  p                      choices       P          first choices
 * first        3/4 1/4 | 3/4 1/4      0, 1 | 0, 1   3/4, 1/4   2, 0
 * second       1/2 1/2 | 1/4 3/4      1, 0 | 0, 1   3/8, 5/8   1, 1
 * </pre>
 */
class GlobalBatchLossTest {
  private static final RouterDecision FIRST =
      decision(new double[] {3, 1, 3, 1}, new int[][] {{0, 1}, {0, 1}}, true, true);
  private static final RouterDecision SECOND =
      decision(new double[] {1, 1, 1, 3}, new int[][] {{1, 0}, {0, 1}}, true, true);

  private static RouterDecision decision(double[] ratio, int[][] choice, boolean... valid) {
    return FourTokens.withRatios(ratio, 2, choice, TokenMask.of(valid), 2);
  }

  private static final String NAME = "global-batch loss";

  private static Balancer balancer(SwitchLoss loss, CountReducer workers) {
    return Balancer.builder().add(new GlobalBatchLoss(loss)).workers(workers).build();
  }

  private static Balancer balancer(Counting counting) {
    return balancer(new SwitchLoss(1, counting, LossScope.LAYER_SUM), CountReducer.single());
  }

  /** One micro-batch that is not counted yet: equal decisions are different ones. */
  private static LossValue next(Balancer balancer, RouterDecision... layers) {
    List<RouterDecision> copies =
        Arrays.stream(layers).map(GlobalBatchLossTest::copy).toList();
    return balancer.observe(List.of(copies)).get(0).total();
  }

  private static RouterDecision copy(RouterDecision d) {
    return RouterDecision.of(
        d.assignments(),
        d.mask(),
        d.sequenceLength(),
        d.logits().orElse(null),
        d.probabilities().orElse(null));
  }

  @Test
  void evaluate_twoMicroBatches_secondUsesCountsOfBoth() {
    Balancer loss = balancer(Counting.FIRST_CHOICE);
    // f = 1, 0: 2 · 3/4
    assertEquals(1.5, next(loss, FIRST).value(), 1e-15);
    // f = 3/4, 1/4: 2 · (3/4·3/8 + 1/4·5/8) = 28/32
    LossValue second = next(loss, SECOND);
    assertEquals(7 / 8.0, second.value(), 1e-15);
    // dP = 2 · f / 2: only its own tokens are in P
    assertNear("gradient", new double[] {.75, .25, .75, .25}, dP(second), 1e-15);
    assertArrayEquals(new long[] {3, 1}, loss.counted(NAME).get(0).perExpert());
    assertEquals(4, loss.counted(NAME).get(0).tokens());
  }

  @Test
  void evaluate_microBatchesGivenTogether_allUseCountsOfAll() {
    Balancer loss = balancer(Counting.FIRST_CHOICE);
    List<BalanceValue> both = loss.observe(List.of(List.of(FIRST), List.of(SECOND)));
    // f = 3/4, 1/4 for both: 2 · (3/4·3/4 + 1/4·1/4) = 20/16
    assertEquals(5 / 4.0, both.get(0).value(), 1e-15);
    assertEquals(7 / 8.0, both.get(1).value(), 1e-15);
    assertArrayEquals(new long[] {3, 1}, loss.counted(NAME).get(0).perExpert());
  }

  @Test
  void evaluate_byItself_switchLossAndTheSameTwice() {
    GlobalBatchLoss loss = GlobalBatchLoss.of(0.3);
    double once = loss.evaluate(FIRST).value();
    assertEquals(SwitchLoss.of(0.3).evaluate(FIRST).value(), once, 1e-15);
    assertEquals(once, loss.evaluate(FIRST).value());
  }

  @Test
  void restore_midStep_goesOnWithTheCounts() {
    Balancer loss = balancer(Counting.FIRST_CHOICE);
    next(loss, FIRST);
    Checkpoint.Builder saved = Checkpoint.builder();
    loss.addTo(saved, "balancer");
    Balancer other = balancer(Counting.FIRST_CHOICE);
    other.restore(saved.build(), "balancer");
    assertEquals(next(loss, SECOND).value(), next(other, SECOND).value());
    assertEquals(List.of(3L, 1L), counts(other, 0));
  }

  @Test
  void evaluate_otherCountings_asTheirSwitchLoss() {
    // all choices: n = 4, 4 of 8: 2 · (1/2·3/8 + 1/2·5/8) = 1; of 4 tokens: twice that
    Balancer perChoice = balancer(Counting.PER_CHOICE);
    next(perChoice, FIRST);
    assertEquals(1, next(perChoice, SECOND).value(), 1e-15);
    Balancer perToken = balancer(Counting.PER_TOKEN);
    next(perToken, FIRST);
    assertEquals(2, next(perToken, SECOND).value(), 1e-15);
  }

  @Test
  void evaluate_padding_countsForNothing() {
    Balancer loss = balancer(Counting.FIRST_CHOICE);
    next(loss, decision(new double[] {3, 1, 3, 1}, new int[][] {{0, 1}, {1, 0}}, true, false));
    assertArrayEquals(new long[] {1, 0}, loss.counted(NAME).get(0).perExpert());
    // n = 2, 1 of 3: 2 · (2/3·3/8 + 1/3·5/8) = 22/24
    assertEquals(11 / 12.0, next(loss, SECOND).value(), 1e-15);
  }

  @Test
  void step_afterMicroBatches_forgets() {
    Balancer loss = balancer(Counting.FIRST_CHOICE);
    next(loss, FIRST);
    loss.step();
    assertEquals(List.of(), loss.counted(NAME));
    // f = 1/2, 1/2: 1
    assertEquals(1, next(loss, SECOND).value(), 1e-15);
    loss.step();
    // another number of layers is no error in a new step
    assertEquals(2, next(loss, FIRST, SECOND).gradients().size());
  }

  @Test
  void evaluate_layers_countedApartAndPooledAsNamed() {
    // first choices: layer 0 gives 3/2, layer 1 gives 1
    assertEquals(2.5, next(balancer(Counting.FIRST_CHOICE), FIRST, SECOND).value(), 1e-15);
    Balancer mean = balancer(
        new SwitchLoss(1, Counting.FIRST_CHOICE, LossScope.LAYER_MEAN), CountReducer.single());
    LossValue half = next(mean, FIRST, SECOND);
    assertEquals(1.25, half.value(), 1e-15);
    // dP of layer 0 = 2 · (1, 0) / 2 tokens / 2 layers
    assertNear(
        "layer 0",
        new double[] {.5, 0, .5, 0},
        half.gradients().get(0).probabilities().orElseThrow(),
        1e-15);
    assertArrayEquals(new long[] {1, 1}, mean.counted(NAME).get(1).perExpert());
  }

  @Test
  void evaluate_otherWorker_askedLayerByLayerWithOwnCounts() {
    List<Integer> asked = new ArrayList<>();
    CountReducer workers = (layer, own) -> {
      asked.add(layer);
      return own.plus(new ExpertCounts(new long[] {0, 2}, 2, 1)); // the other one's first choices
    };
    Balancer loss = balancer(SwitchLoss.gshard(1), workers);
    // layer 0: n = 2, 2: 1; layer 1: n = 1, 3: 2 · (1/4·3/8 + 3/4·5/8) = 36/32
    assertEquals(17 / 8.0, next(loss, FIRST, SECOND).value(), 1e-15);
    assertEquals(List.of(0, 1), asked);
    // its second micro-batch comes on top: layer 0 has n = 4, 4, so 1 again
    assertEquals(List.of(2L, 2L), counts(loss, 0));
    next(loss, FIRST, SECOND);
    assertEquals(List.of(4L, 4L), counts(loss, 0));
    assertEquals(List.of(2L, 6L), counts(loss, 1));
  }

  private static List<Long> counts(Balancer loss, int layer) {
    return Arrays.stream(loss.counted(NAME).get(layer).perExpert()).boxed().toList();
  }

  @Test
  void evaluate_refused_nothingCounted() {
    Balancer loss = balancer(Counting.PER_CHOICE);
    next(loss, FIRST);
    assertRefused(
        "the number of layers must be the same in all calls of a step: 1 != 2",
        () -> next(loss, FIRST, SECOND));
    assertRefused(
        "global-batch loss needs router probabilities but the router has none",
        () -> next(loss, FourTokens.withoutScores()));
    assertRefused(
        "counts must have the same number of experts: 2 != 3",
        () -> next(loss, FourTokens.decision()));
    assertEquals(List.of(2L, 2L), counts(loss, 0));
  }

  @Test
  void evaluate_countsOfOtherExperts_refusedAndNothingCounted() {
    ExpertCounts three = new ExpertCounts(new long[] {1, 1, 1}, 3, 1);
    Balancer loss = balancer(SwitchLoss.of(1), (layer, own) -> three);
    assertRefused("counts and decision differ in experts: 3 != 2", () -> next(loss, FIRST));
    assertEquals(List.of(), loss.counted(NAME));
  }

  @Test
  void new_notPooledByLayer_refused() {
    assertRefused(
        "counts of a global batch must be pooled by layer but were by SEQUENCE",
        () -> new GlobalBatchLoss(SwitchLoss.perSequence(1)));
    SwitchLoss together = new SwitchLoss(1, Counting.PER_CHOICE, LossScope.ALL_LAYERS);
    assertRefused(
        "counts of a global batch must be pooled by layer but were by ALL_LAYERS",
        () -> new GlobalBatchLoss(together));
  }
}
