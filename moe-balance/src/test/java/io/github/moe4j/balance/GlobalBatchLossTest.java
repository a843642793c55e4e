package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.dP;
import static io.github.moe4j.core.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
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

  private static GlobalBatchLoss loss(Counting counting) {
    return new GlobalBatchLoss(
        new SwitchLoss(1, counting, LossScope.LAYER_SUM), CountReducer.single());
  }

  @Test
  void evaluate_twoMicroBatches_secondUsesCountsOfBoth() {
    GlobalBatchLoss loss = loss(Counting.FIRST_CHOICE);
    // f = 1, 0: 2 · 3/4
    assertEquals(1.5, loss.evaluate(FIRST).value(), 1e-15);
    // f = 3/4, 1/4: 2 · (3/4·3/8 + 1/4·5/8) = 28/32
    LossValue second = loss.evaluate(SECOND);
    assertEquals(7 / 8.0, second.value(), 1e-15);
    // dP = 2 · f / 2: only its own tokens are in P
    assertNear("gradient", new double[] {.75, .25, .75, .25}, dP(second), 1e-15);
    assertArrayEquals(new long[] {3, 1}, loss.counted().get(0).perExpert());
    assertEquals(4, loss.counted().get(0).tokens());
  }

  @Test
  void evaluate_otherCountings_asTheirSwitchLoss() {
    // all choices: n = 4, 4 of 8: 2 · (1/2·3/8 + 1/2·5/8) = 1; of 4 tokens: twice that
    GlobalBatchLoss perChoice = loss(Counting.PER_CHOICE);
    perChoice.evaluate(FIRST);
    assertEquals(1, perChoice.evaluate(SECOND).value(), 1e-15);
    GlobalBatchLoss perToken = loss(Counting.PER_TOKEN);
    perToken.evaluate(FIRST);
    assertEquals(2, perToken.evaluate(SECOND).value(), 1e-15);
  }

  @Test
  void evaluate_padding_countsForNothing() {
    GlobalBatchLoss loss = loss(Counting.FIRST_CHOICE);
    loss.evaluate(decision(new double[] {3, 1, 3, 1}, new int[][] {{0, 1}, {1, 0}}, true, false));
    assertArrayEquals(new long[] {1, 0}, loss.counted().get(0).perExpert());
    // n = 2, 1 of 3: 2 · (2/3·3/8 + 1/3·5/8) = 22/24
    assertEquals(11 / 12.0, loss.evaluate(SECOND).value(), 1e-15);
  }

  @Test
  void step_afterMicroBatches_forgets() {
    GlobalBatchLoss loss = loss(Counting.FIRST_CHOICE);
    loss.evaluate(FIRST);
    loss.step();
    assertEquals(List.of(), loss.counted());
    // f = 1/2, 1/2: 1
    assertEquals(1, loss.evaluate(SECOND).value(), 1e-15);
    loss.step();
    // another number of layers is no error in a new step
    assertEquals(2, loss.evaluate(List.of(FIRST, SECOND)).gradients().size());
  }

  @Test
  void evaluate_layers_countedApartAndPooledAsNamed() {
    // first choices: layer 0 gives 3/2, layer 1 gives 1
    assertEquals(
        2.5, loss(Counting.FIRST_CHOICE).evaluate(List.of(FIRST, SECOND)).value(), 1e-15);
    GlobalBatchLoss mean = new GlobalBatchLoss(
        new SwitchLoss(1, Counting.FIRST_CHOICE, LossScope.LAYER_MEAN), CountReducer.single());
    LossValue half = mean.evaluate(List.of(FIRST, SECOND));
    assertEquals(1.25, half.value(), 1e-15);
    // dP of layer 0 = 2 · (1, 0) / 2 tokens / 2 layers
    assertNear(
        "layer 0",
        new double[] {.5, 0, .5, 0},
        half.gradients().get(0).probabilities().orElseThrow(),
        1e-15);
    assertArrayEquals(new long[] {1, 1}, mean.counted().get(1).perExpert());
  }

  @Test
  void evaluate_otherWorker_askedLayerByLayerWithOwnCounts() {
    List<Integer> asked = new ArrayList<>();
    CountReducer workers = (layer, own) -> {
      asked.add(layer);
      return own.plus(new ExpertCounts(new long[] {0, 2}, 2, 1)); // the other one's first choices
    };
    GlobalBatchLoss loss = new GlobalBatchLoss(SwitchLoss.gshard(1), workers);
    // layer 0: n = 2, 2: 1; layer 1: n = 1, 3: 2 · (1/4·3/8 + 3/4·5/8) = 36/32
    assertEquals(17 / 8.0, loss.evaluate(List.of(FIRST, SECOND)).value(), 1e-15);
    assertEquals(List.of(0, 1), asked);
    // its second micro-batch comes on top: layer 0 has n = 4, 4, so 1 again
    assertEquals(List.of(2L, 2L), counts(loss, 0));
    loss.evaluate(List.of(FIRST, SECOND));
    assertEquals(List.of(4L, 4L), counts(loss, 0));
    assertEquals(List.of(2L, 6L), counts(loss, 1));
  }

  private static List<Long> counts(GlobalBatchLoss loss, int layer) {
    return Arrays.stream(loss.counted().get(layer).perExpert()).boxed().toList();
  }

  @Test
  void evaluate_refused_nothingCounted() {
    GlobalBatchLoss loss = loss(Counting.PER_CHOICE);
    loss.evaluate(FIRST);
    assertRefused(
        "layers must be as many as before in this step: 1 != 2",
        () -> loss.evaluate(List.of(FIRST, SECOND)));
    assertRefused(
        "global-batch loss needs router probabilities but the router has none",
        () -> loss.evaluate(FourTokens.withoutScores()));
    assertRefused(
        "counts must be of as many experts: 2 != 3", () -> loss.evaluate(FourTokens.decision()));
    assertEquals(List.of(2L, 2L), counts(loss, 0));
  }

  @Test
  void evaluate_countsOfOtherExperts_refusedAndNothingCounted() {
    ExpertCounts three = new ExpertCounts(new long[] {1, 1, 1}, 3, 1);
    GlobalBatchLoss loss = new GlobalBatchLoss(SwitchLoss.of(1), (layer, own) -> three);
    assertRefused("counts and decision differ in experts: 3 != 2", () -> loss.evaluate(FIRST));
    assertEquals(List.of(), loss.counted());
  }

  @Test
  void new_notPooledByLayer_refused() {
    assertRefused(
        "counts of a global batch must be pooled by layer but were by SEQUENCE",
        () -> new GlobalBatchLoss(SwitchLoss.perSequence(1), CountReducer.single()));
    SwitchLoss together = new SwitchLoss(1, Counting.PER_CHOICE, LossScope.ALL_LAYERS);
    assertRefused(
        "counts of a global batch must be pooled by layer but were by ALL_LAYERS",
        () -> new GlobalBatchLoss(together, CountReducer.single()));
  }
}
