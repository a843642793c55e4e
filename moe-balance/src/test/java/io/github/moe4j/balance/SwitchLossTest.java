package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/**
 * Hand-worked: four tokens, three experts, two choices.
 *
 * <pre>
 * token  p              choices
 * 0      1/2 1/4 1/4    0, 1
 * 1      1/2 1/4 1/4    0, 2
 * 2      1/4 1/2 1/4    1, 0
 * 3      3/4 1/8 1/8    0, 1
 * Σ p    2   9/8 7/8    n = 4, 3, 1; first choices 3, 1, 0
 * </pre>
 */
@ExtendWith(Seeds.class)
class SwitchLossTest {
  private static final double[] RATIO = {2, 1, 1, 2, 1, 1, 1, 2, 1, 6, 1, 1};
  private static final int[][] CHOICE = {{0, 1}, {0, 2}, {1, 0}, {0, 1}};

  private static RouterDecision decision(TokenMask mask, int sequenceLength) {
    double[] logits = new double[12];
    for (int i = 0; i < 12; i++) {
      logits[i] = Math.log(RATIO[i]);
    }
    return Decisions.chosen(logits, 3, CHOICE, mask, sequenceLength);
  }

  private static RouterDecision decision() {
    return decision(TokenMask.none(4), 4);
  }

  private static double value(Counting counting, LossScope pooling, RouterDecision... layers) {
    return new SwitchLoss(1, counting, pooling).evaluate(List.of(layers)).value();
  }

  @Test
  void evaluate_perChoice_handWorked() {
    // f = 4/8, 3/8, 1/8; P = 2/4, 9/32, 7/32
    // 3 · (1/2·1/2 + 3/8·9/32 + 1/8·7/32) = 3 · (64 + 27 + 7)/256 = 294/256
    assertEquals(294 / 256.0, value(Counting.PER_CHOICE, LossScope.LAYER_SUM, decision()), 1e-14);
  }

  @Test
  void evaluate_perToken_handWorked() {
    // f = 4/4, 3/4, 1/4: twice the above, for K = 2
    assertEquals(294 / 128.0, value(Counting.PER_TOKEN, LossScope.LAYER_SUM, decision()), 1e-14);
  }

  @Test
  void evaluate_firstChoice_handWorked() {
    // f = 3/4, 1/4, 0: 3 · (3/4·1/2 + 1/4·9/32) = 3 · (48 + 9)/128 = 171/128
    assertEquals(171 / 128.0, value(Counting.FIRST_CHOICE, LossScope.LAYER_SUM, decision()), 1e-14);
  }

  @Test
  void gshard_kOf2_firstChoicesCount() {
    assertEquals(171 / 128.0, SwitchLoss.gshard(1).evaluate(decision()).value(), 1e-14);
    // over all tokens of a layer, and summed over layers
    RouterDecision sequences = decision(TokenMask.none(4), 2);
    assertEquals(
        2 * 171 / 128.0,
        SwitchLoss.gshard(1).evaluate(List.of(sequences, decision())).value(),
        1e-14);
    // the paper's own scale is 1/E²: (3/4·1/2 + 1/4·9/32)/3 = 57/384
    assertEquals(57 / 384.0, SwitchLoss.gshard(1 / 9.0).evaluate(decision()).value(), 1e-14);
  }

  @Test
  void perSequence_kOf2_meanOverSequences() {
    // 18/16 and 39/32, as worked out for the sequences below; all choices count
    RouterDecision sequences = decision(TokenMask.none(4), 2);
    assertEquals(75 / 64.0, SwitchLoss.perSequence(1).evaluate(sequences).value(), 1e-14);
    // dP of tokens 0, 1 = 3·(2, 1, 1)/4 / 2 tokens / 2 sequences; of 2, 3 with n = 2, 2, 0
    double[] dP =
        SwitchLoss.perSequence(1).evaluate(sequences).gradient().probabilities().orElseThrow();
    double a = 6 / 16.0;
    double b = 3 / 16.0;
    assertNear("gradient", new double[] {a, b, b, a, b, b, a, a, 0, a, a, 0}, dP, 1e-15);
  }

  @Test
  void evaluate_gradient_handWorked() {
    // dP of every token = coefficient · E · f / T = 2 · 3 · (4/8, 3/8, 1/8) / 4 = (6, 4.5, 1.5)/8
    double[] row = {0.75, 0.5625, 0.1875};
    double[] dP =
        SwitchLoss.of(2).evaluate(decision()).gradient().probabilities().orElseThrow();
    assertEquals(12, dP.length);
    for (int i = 0; i < 12; i++) {
      assertEquals(row[i % 3], dP[i], 1e-15);
    }
  }

  @Test
  void evaluate_padding_outOfBothMeans() {
    // without token 3: n = 3, 2, 1 of 6; Σ p = 5/4, 1, 3/4, over 3
    // 3 · (3/6·5/12 + 2/6·4/12 + 1/6·3/12) = 3 · (15 + 8 + 3)/72 = 26/24
    RouterDecision masked = decision(TokenMask.of(true, true, true, false), 4);
    assertEquals(26 / 24.0, value(Counting.PER_CHOICE, LossScope.LAYER_SUM, masked), 1e-14);
    // n/T = 3/3, 2/3, 1/3: K = 2 times as much
    assertEquals(26 / 12.0, value(Counting.PER_TOKEN, LossScope.LAYER_SUM, masked), 1e-14);
    // first choices 2/3, 1/3, 0: 3 · (2/3·5/12 + 1/3·4/12) = 3 · 14/36
    assertEquals(14 / 12.0, value(Counting.FIRST_CHOICE, LossScope.LAYER_SUM, masked), 1e-14);
  }

  @Test
  void evaluate_sequences_meanOfTheirLosses() {
    // tokens 0, 1: f = 2/4, 1/4, 1/4; P = 1/2, 1/4, 1/4: 3 · (4 + 1 + 1)/16 = 18/16
    // tokens 2, 3: f = 2/4, 2/4, 0;   P = 1/2, 5/16, 3/16: 3 · (8 + 5)/32 = 39/32
    // mean = (36 + 39)/64
    assertEquals(
        75 / 64.0,
        value(Counting.PER_CHOICE, LossScope.SEQUENCE, decision(TokenMask.none(4), 2)),
        1e-14);
    // a sequence of padding does not count: only tokens 0, 1
    RouterDecision half = decision(TokenMask.of(true, true, false, false), 2);
    assertEquals(18 / 16.0, value(Counting.PER_CHOICE, LossScope.SEQUENCE, half), 1e-14);
    // layers are summed
    assertEquals(
        75 / 64.0 + 18 / 16.0,
        value(Counting.PER_CHOICE, LossScope.SEQUENCE, decision(TokenMask.none(4), 2), half),
        1e-14);
  }

  /** Two tokens on expert 2: f = (0, 0, 1) with one choice; p = 1/6, 1/6, 4/6. */
  private static RouterDecision shortLayer() {
    double ln4 = Math.log(4);
    double[] logits = {0, 0, ln4, 0, 0, ln4};
    return Decisions.topK(logits, 3, 1, TokenMask.none(2));
  }

  @Test
  void evaluate_layersOfDifferentLength_pooledAsNamed() {
    // alone: 294/256, and 3 · 1 · 4/6 = 2
    double first = 294 / 256.0;
    assertEquals(
        first + 2,
        value(Counting.PER_CHOICE, LossScope.LAYER_SUM, decision(), shortLayer()),
        1e-14);
    assertEquals(
        (first + 2) / 2,
        value(Counting.PER_CHOICE, LossScope.LAYER_MEAN, decision(), shortLayer()),
        1e-14);
    // together: n = 4, 3, 3 of 10; Σ p = 2 + 1/3, 9/8 + 1/3, 7/8 + 4/3, over 6 tokens
    // in 24ths: 56, 35, 53 of 144; 3 · (4·56 + 3·35 + 3·53)/1440 = 3 · 488/1440
    assertEquals(
        488 / 480.0,
        value(Counting.PER_CHOICE, LossScope.ALL_LAYERS, decision(), shortLayer()),
        1e-14);
    // PER_TOKEN divides by 6 tokens instead of 10 choices
    assertEquals(
        488 / 288.0,
        value(Counting.PER_TOKEN, LossScope.ALL_LAYERS, decision(), shortLayer()),
        1e-14);
  }

  @Test
  void evaluateWithCounts_globalBatch_handWorked() {
    // the batch of all workers: n = 10, 20, 10 over 20 tokens, K 2; own P = 1/2, 9/32, 7/32
    ExpertCounts counts = new ExpertCounts(new long[] {10, 20, 10}, 20, 2);
    // PER_CHOICE: f = 1/4, 1/2, 1/4: 3 · (16 + 18 + 7)/128 = 123/128
    LossValue value = SwitchLoss.of(1).evaluate(decision(), counts);
    assertEquals(123 / 128.0, value.value(), 1e-14);
    // dP = 3 · f / 4
    double[] dP = value.gradient().probabilities().orElseThrow();
    assertNear(
        "token 3",
        new double[] {3 / 16.0, 3 / 8.0, 3 / 16.0},
        java.util.Arrays.copyOfRange(dP, 9, 12),
        1e-15);
    // PER_TOKEN: f = n/20, twice as much
    SwitchLoss perToken = new SwitchLoss(1, Counting.PER_TOKEN, LossScope.LAYER_SUM);
    assertEquals(123 / 64.0, perToken.evaluate(decision(), counts).value(), 1e-14);
    // first choices 5, 10, 5 of 20: f as PER_CHOICE here
    SwitchLoss first = new SwitchLoss(1, Counting.FIRST_CHOICE, LossScope.LAYER_SUM);
    ExpertCounts firsts = new ExpertCounts(new long[] {5, 10, 5}, 20, 2);
    assertEquals(123 / 128.0, first.evaluate(decision(), firsts).value(), 1e-14);
  }

  @Test
  void evaluateWithCounts_ownCounts_sameAsWithout() {
    RouterDecision decision = decision(TokenMask.of(true, true, true, false), 4);
    ExpertCounts own = new ExpertCounts(new long[] {3, 2, 1}, 3, 2);
    for (Counting counting : List.of(Counting.PER_CHOICE, Counting.PER_TOKEN)) {
      SwitchLoss loss = new SwitchLoss(0.3, counting, LossScope.LAYER_SUM);
      LossValue expected = loss.evaluate(decision);
      LossValue actual = loss.evaluate(decision, own);
      assertEquals(expected.value(), actual.value(), 1e-15);
      assertNear(
          "gradient",
          expected.gradient().probabilities().orElseThrow(),
          actual.gradient().probabilities().orElseThrow(),
          1e-15);
    }
  }

  @Test
  void evaluateWithCounts_random_gradientMatchesDifferences() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 12);
    TokenMask mask = TokenMask.of(true, true, false, true);
    ExpertCounts counts = new ExpertCounts(new long[] {7, 0, 3}, 9, 2);
    SwitchLoss loss = SwitchLoss.of(0.8);
    RouterDecision now = Decisions.chosen(logits, 3, CHOICE, mask, 4);
    double[] dP = loss.evaluate(now, counts).gradient().probabilities().orElseThrow();
    double[] dLogits = new double[12];
    now.requireProbabilities("test").softmaxBackward(dP, dLogits);
    GradientCheck.of(() ->
            loss.evaluate(Decisions.chosen(logits, 3, CHOICE, mask, 4), counts).value())
        .add("logits", logits, dLogits)
        .assertCorrect();
  }

  @Test
  void evaluateWithCounts_nothingCounted_zero() {
    for (ExpertCounts none :
        List.of(new ExpertCounts(new long[3], 0, 2), new ExpertCounts(new long[3], 4, 0))) {
      LossValue value = SwitchLoss.of(1).evaluate(decision(), none);
      assertEquals(0, value.value());
      assertArrayEquals(new double[12], value.gradient().probabilities().orElseThrow());
    }
  }

  @Test
  void expertCounts_array_copied() {
    long[] n = {1, 2};
    ExpertCounts counts = new ExpertCounts(n, 3, 1);
    n[0] = 9;
    counts.perExpert()[1] = 9;
    assertArrayEquals(new long[] {1, 2}, counts.perExpert());
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertMessage(
        "coefficient must be finite and at least 0 but was NaN", () -> SwitchLoss.of(Double.NaN));
    assertMessage(
        "all layers must have the same number of experts: 2 != 3",
        () -> SwitchLoss.of(1)
            .evaluate(List.of(decision(), Decisions.topK(new double[4], 2, 1, TokenMask.none(2)))));
    SwitchLoss sequence = new SwitchLoss(1, Counting.PER_CHOICE, LossScope.SEQUENCE);
    ExpertCounts three = new ExpertCounts(new long[3], 1, 1);
    assertMessage(
        "given counts cannot be pooled by SEQUENCE", () -> sequence.evaluate(decision(), three));
    assertMessage(
        "counts and decision differ in experts: 2 != 3",
        () -> SwitchLoss.of(1).evaluate(decision(), new ExpertCounts(new long[2], 1, 1)));
    assertMessage(
        "counts of a global batch must be pooled by layer but were by ALL_LAYERS",
        () -> new SwitchLoss(1, Counting.PER_CHOICE, LossScope.ALL_LAYERS)
            .evaluate(List.of(decision()), List.of(three)));
    assertMessage(
        "there must be one count per layer: 1 != 2",
        () -> SwitchLoss.of(1).evaluate(List.of(decision()), List.of(three, three)));
    assertMessage(
        "tokens must be above 0 if experts were chosen but was 0",
        () -> new ExpertCounts(new long[] {0, 1}, 0, 1));
    assertMessage(
        "count of expert 1 must be at least 0 but was -4",
        () -> new ExpertCounts(new long[] {0, -4}, 1, 1));
    assertMessage(
        "tokens must be at least 0 but was -1", () -> new ExpertCounts(new long[1], -1, 1));
    assertMessage(
        "choices must be at least 0 but was -1.0", () -> new ExpertCounts(new long[1], 1, -1));
    assertMessage(
        "experts must be at least 1 but was 0", () -> new ExpertCounts(new long[0], 1, 1));
    RouterDecision hash = RouterDecision.of(
        Assignments.of(1, 3, new int[] {0}, new int[] {1}, new double[] {1}),
        TokenMask.none(1),
        1,
        null,
        null);
    assertMessage(
        "switch loss needs router probabilities but the router has none",
        () -> SwitchLoss.of(1).evaluate(hash));
    assertMessage(
        "z-loss needs router logits but the router has none", () -> ZLoss.of(1).evaluate(hash));
  }

  @Test
  void gradient_severalLayers_throws() {
    LossValue value = SwitchLoss.of(1).evaluate(List.of(decision(), decision()));
    assertEquals(
        "the loss must be of 1 layer but was of 2",
        assertThrows(IllegalStateException.class, value::gradient).getMessage());
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  @Test
  void expertCounts_ofDecision_giveTheSameLoss() {
    for (Counting counting : Counting.values()) {
      SwitchLoss loss = new SwitchLoss(0.3, counting, LossScope.LAYER_SUM);
      ExpertCounts counts = counting == Counting.FIRST_CHOICE
          ? ExpertCounts.firstChoices(decision())
          : ExpertCounts.of(decision());
      assertEquals(
          loss.evaluate(decision()).value(), loss.evaluate(decision(), counts).value(), 1e-15);
    }
  }

  @Test
  void expertCounts_plus_addsChoicesAndTokens() {
    ExpertCounts sum =
        new ExpertCounts(new long[] {4, 2}, 3, 2).plus(new ExpertCounts(new long[] {0, 1}, 1, 1));
    assertEquals(
        List.of(4L, 3L), java.util.Arrays.stream(sum.perExpert()).boxed().toList());
    assertEquals(4, sum.tokens());
    assertEquals(7 / 4.0, sum.choices()); // (2·3 + 1·1) / 4
  }
}
