package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/** {@link Logits} and {@link Probabilities}. */
@ExtendWith(Seeds.class)
class TokenScoresTest {
  private static final double LN2 = Math.log(2);

  @Test
  void softmax_handWorked_sumsToOne() {
    // exp(ln 2) : exp(0) : exp(0) = 2 : 1 : 1, so 1/2, 1/4, 1/4
    double[] logits = {LN2, 0, 0, 5, 5, 5};
    Probabilities p = Logits.of(logits, 3, TokenMask.none(2)).softmax(TokenMask.none(2));
    double third = 1.0 / 3;
    assertNear("p", new double[] {0.5, 0.25, 0.25, third, third, third}, p.toArray(), 1e-15);
  }

  @Test
  void softmax_shifted_sameAndFinite() {
    double[] a = {1, 2, 3};
    double[] b = {10_001, 10_002, 10_003};
    TokenMask one = TokenMask.none(1);
    assertNear(
        "p",
        Logits.of(a, 3, one).softmax(one).toArray(),
        Logits.of(b, 3, one).softmax(one).toArray(),
        1e-12);
    assertNear(
        "extreme",
        new double[] {1, 0},
        Logits.of(new double[] {1e300, -1e300}, 2, one).softmax(one).toArray(),
        0);
  }

  @Test
  void softmax_padding_zeroRowWhateverItHolds() {
    TokenMask mask = TokenMask.of(true, false);
    double[] logits = {0, 0, Double.NaN, Double.POSITIVE_INFINITY};
    assertArrayEquals(
        new double[] {0.5, 0.5, 0, 0}, Logits.of(logits, 2, mask).softmax(mask).toArray());
  }

  @Test
  void wrap_float32_sameNumbersAsFloat64() {
    float[] values = {1.5f, -2.25f, 0.1f, 4, 5, 6, 99};
    TokenMask two = TokenMask.none(2);
    Logits single = Logits.wrap(values, 3, two);
    Logits wide = Logits.of(new double[] {1.5, -2.25, 0.1f, 4, 5, 6}, 3, two);
    assertArrayEquals(wide.toArray(), single.toArray());
    assertArrayEquals(wide.softmax(two).toArray(), single.softmax(two).toArray());
    double[] row = new double[3];
    single.copyRow(1, row);
    assertArrayEquals(new double[] {4, 5, 6}, row);
    assertEquals(wide.logSumExp(0), single.logSumExp(0));
    float[] bad = {0, Float.NaN, 0, Float.NEGATIVE_INFINITY};
    assertEquals(
        "router scores must be finite but token 1, expert 1 has -Infinity",
        assertThrows(
                IllegalArgumentException.class,
                () -> Logits.wrap(bad, 2, TokenMask.of(false, true)))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Logits.wrap(new float[5], 3, two));
  }

  @Test
  void whenRead_scores_suppliedOnceWhenFirstRead() {
    AtomicInteger calls = new AtomicInteger();
    TokenMask one = TokenMask.none(1);
    Probabilities p = Probabilities.whenRead(2, one, () -> {
      calls.incrementAndGet();
      return new double[] {0.25, 0.75};
    });
    assertEquals(0, calls.get());
    assertEquals(0.75, p.get(0, 1));
    assertArrayEquals(new double[] {0.25, 0.75}, p.toArray());
    assertEquals(1, calls.get());
  }

  @Test
  void whenRead_badScores_errorForWhoReads() {
    TokenMask one = TokenMask.none(1);
    TokenScores halves = Probabilities.whenRead(2, one, () -> new double[] {0.5, 0.25});
    TokenScores above = SelectionProbabilities.whenRead(2, one, () -> new double[] {0.5, 1.5});
    TokenScores infinite = ThresholdMargins.whenRead(2, one, () -> new double[] {0, 1 / 0.0});
    TokenScores few = SelectionProbabilities.whenRead(2, one, () -> new double[1]);
    for (TokenScores scores : new TokenScores[] {halves, above, infinite, few}) {
      assertThrows(IllegalArgumentException.class, () -> scores.get(0, 0), scores.kind() + "");
    }
  }

  @Test
  void copyRows_some_onlyThese() {
    Logits logits = Logits.of(new double[] {1, 2, 3, 4, 5, 6}, 2, TokenMask.none(3));
    double[] rows = {9, 9, 9, 9, 9};
    logits.copyRows(1, 3, rows);
    assertArrayEquals(new double[] {3, 4, 5, 6, 9}, rows);
    logits.copyRows(3, 3, rows);
    assertArrayEquals(new double[] {3, 4, 5, 6, 9}, rows);
  }

  @Test
  void ofAndWrap_arrayChangedAfterwards_onlyWrapKeepsIt() {
    TokenMask one = TokenMask.none(1);
    double[] values = {0.25, 0.75};
    TokenScores[] copies = {
      Logits.of(values, 2, one),
      Probabilities.of(values, 2, one),
      SelectionProbabilities.of(values, 2, one),
      ThresholdMargins.of(values, 2, one)
    };
    TokenScores[] wrapped = {
      Logits.wrap(values, 2, one),
      Probabilities.wrap(values, 2, one),
      SelectionProbabilities.wrap(values, 2, one),
      ThresholdMargins.wrap(values, 2, one)
    };
    values[0] = 0.5;
    for (int i = 0; i < copies.length; i++) {
      assertEquals(0.25, copies[i].get(0, 0));
      assertEquals(0.5, wrapped[i].get(0, 0));
    }
  }

  @Test
  void wrap_badValues_refused() {
    TokenMask one = TokenMask.none(1);
    double[] values = {Double.NaN, 1};
    assertThrows(IllegalArgumentException.class, () -> Logits.wrap(values, 2, one));
    assertThrows(IllegalArgumentException.class, () -> Probabilities.wrap(values, 2, one));
    assertThrows(IllegalArgumentException.class, () -> SelectionProbabilities.wrap(values, 2, one));
    assertThrows(IllegalArgumentException.class, () -> ThresholdMargins.wrap(values, 2, one));
  }

  @Test
  void softmaxBackward_random_matchesDifferencesAndAdds() {
    int experts = 4;
    TokenMask mask = TokenMask.of(true, false, true);
    double[] logits = RandomArrays.normal(Seeds.random(1), 12);
    double[] weight = RandomArrays.normal(Seeds.random(2), 12);
    double[] dLogits = new double[12];
    dLogits[3] = 10;
    Logits.of(logits, experts, mask).softmax(mask).softmaxBackward(weight, dLogits);
    dLogits[3] -= 10;
    GradientCheck.of(() -> GradientCheck.weightedSum(
            Logits.of(logits, experts, mask).softmax(mask).toArray(), weight))
        .add("logits", logits, dLogits)
        .assertCorrect();
    assertAllZero("padding", java.util.Arrays.copyOfRange(dLogits, 4, 8));
  }

  @Test
  void logSumExp_handWorked_andLarge() {
    // ln(2 + 1 + 1) = 2·ln 2
    Logits logits = Logits.of(new double[] {LN2, 0, 0, 800, 800, 800}, 3, TokenMask.none(2));
    assertEquals(2 * LN2, logits.logSumExp(0), 1e-15);
    assertEquals(800 + Math.log(3), logits.logSumExp(1), 1e-12);
  }

  @Test
  void entropy_uniformAndCertain_lnEAndZero() {
    TokenMask mask = TokenMask.of(true, true, false);
    double[] values = {0.25, 0.25, 0.25, 0.25, 0, 1, 0, 0, 0, 0, 0, 0};
    Probabilities p = Probabilities.of(values, 4, mask);
    assertEquals(Math.log(4), p.entropy(0), 1e-15);
    assertEquals(0, p.entropy(1));
    assertEquals(0, p.entropy(2));
  }

  @Test
  void get_rowMajor_andCopies() {
    double[] values = {1, 2, 3, 4, 5, 6};
    Logits logits = Logits.of(values, 3, TokenMask.none(2));
    assertEquals(6, logits.get(1, 2));
    assertEquals(2, logits.tokens());
    assertEquals(3, logits.experts());
    values[5] = 0;
    logits.toArray()[5] = 0;
    assertEquals(6, logits.get(1, 2));
  }

  @Test
  void logitsOf_notFinite_namesTokenAndExpert() {
    assertMessage(
        "router scores must be finite but token 1, expert 0 has NaN",
        () -> Logits.of(new double[] {1, 2, Double.NaN, 4}, 2, TokenMask.none(2)));
    assertMessage(
        "router scores must be finite but token 0, expert 1 has -Infinity",
        () -> Logits.of(new double[] {1, Double.NEGATIVE_INFINITY, 3, 4}, 2, TokenMask.none(2)));
  }

  @Test
  void of_wrongLength_saysBoth() {
    assertMessage(
        "logits must have T·E = 2·3 values but had 5",
        () -> Logits.of(new double[5], 3, TokenMask.none(2)));
    assertMessage(
        "experts must be at least 1 but was 0",
        () -> Logits.of(new double[0], 0, TokenMask.none(2)));
  }

  @Test
  void whenReadOrOf_wrongLength_saysBoth() {
    TokenMask two = TokenMask.none(2);
    for (int length : new int[] {5, 7}) {
      String values = " must have T·E = 2·3 values but had " + length;
      double[] few = new double[length];
      assertMessage("probabilities" + values, () -> Probabilities.of(few, 3, two));
      assertMessage(
          "probabilities" + values,
          () -> Probabilities.whenRead(3, two, () -> few).get(0, 0));
      assertMessage(
          "selection probabilities" + values,
          () -> SelectionProbabilities.whenRead(3, two, () -> few).get(0, 0));
      assertMessage(
          "threshold margins" + values,
          () -> ThresholdMargins.whenRead(3, two, () -> few).get(0, 0));
    }
  }

  @Test
  void size_asManyAsAnArrayHolds_andOneMore() {
    assertEquals(2_147_483_646, TokenScores.size(2_147_483_646, 1));
    assertMessage(
        "T·E must be below 2^31 - 1 but was 2147483647",
        () -> TokenScores.size(Integer.MAX_VALUE, 1));
    assertMessage(
        "T·E must be below 2^31 - 1 but was 4294967296", () -> TokenScores.size(65_536, 65_536));
  }

  @Test
  void borrowed_afterItsScope_readingIsRefused() {
    Arena.Scope scope = new Arena().open();
    Logits logits = Logits.borrowed(new float[] {1, 2, 9}, 2, TokenMask.none(1), scope);
    assertEquals(2, logits.get(0, 1));
    scope.close();
    var error = assertThrows(IllegalStateException.class, () -> logits.get(0, 1));
    assertEquals("logits of a pass for inference were read after the pass", error.getMessage());
  }

  @Test
  void probabilitiesOf_sumsWithinAMillionth_pass() {
    TokenMask mask = TokenMask.of(true, true, false);
    // The last row, whose sum can be a millionth exactly, is as far off as one may be.
    double[] values = {0.5, 0.5 + 0.9e-6, 0.5 - 0.9e-6, 0.5, 1e-6, 0};
    assertArrayEquals(values, Probabilities.of(values, 2, mask).toArray());
    assertMessage(
        "probabilities of token 0 must sum to 1.0 but summed to " + (0.5 + (0.5 + 1.1e-6)),
        () -> Probabilities.of(new double[] {0.5, 0.5 + 1.1e-6}, 2, TokenMask.none(1)));
  }

  @Test
  void probabilitiesOf_notADistribution_saysWhere() {
    TokenMask mask = TokenMask.of(true, false);
    assertMessage(
        "probabilities of token 0 must sum to 1.0 but summed to 0.75",
        () -> Probabilities.of(new double[] {0.5, 0.25, 0, 0}, 2, mask));
    assertMessage(
        "probabilities of token 1 must sum to 0.0 but summed to 1.0",
        () -> Probabilities.of(new double[] {0.5, 0.5, 0.5, 0.5}, 2, mask));
    assertMessage(
        "probabilities must be at least 0 but token 0, expert 1 has -0.5",
        () -> Probabilities.of(new double[] {1.5, -0.5, 0, 0}, 2, mask));
    assertMessage(
        "probabilities must be at least 0 but token 0, expert 0 has NaN",
        () -> Probabilities.of(new double[] {Double.NaN, 1, 0, 0}, 2, mask));
  }

  @Test
  void selectionProbabilitiesOf_valuesInTheirRange_pass() {
    TokenMask mask = TokenMask.of(true, true, false);
    double[] values = {0, 1, 0.5, 0.25, 0, 0};
    assertArrayEquals(values, SelectionProbabilities.of(values, 2, mask).toArray());
    String message = "selection probabilities must be in ";
    assertMessage(
        message + "[0, 1.0] but token 1, expert 1 has 1.5",
        () -> SelectionProbabilities.of(new double[] {0, 1, 0.5, 1.5, 0, 0}, 2, mask));
    assertMessage(
        message + "[0, 1.0] but token 0, expert 0 has -0.5",
        () -> SelectionProbabilities.of(new double[] {-0.5, 1, 0.5, 0.25, 0, 0}, 2, mask));
    assertMessage(
        message + "[0, 0.0] but token 2, expert 1 has 0.5",
        () -> SelectionProbabilities.of(new double[] {0, 1, 0.5, 0.25, 0, 0.5}, 2, mask));
  }

  @Test
  void thresholdMarginsOf_finiteAndZeroForPadding_pass() {
    TokenMask mask = TokenMask.of(true, true, false);
    double[] values = {0, -3, 2, 0.25, 0, 0};
    assertArrayEquals(values, ThresholdMargins.of(values, 2, mask).toArray());
    String message = "threshold margins must be finite, and zero for padding, but token ";
    assertMessage(
        message + "1, expert 1 has Infinity",
        () -> ThresholdMargins.of(new double[] {0, -3, 2, 1 / 0.0, 0, 0}, 2, mask));
    assertMessage(
        message + "2, expert 0 has 0.5",
        () -> ThresholdMargins.of(new double[] {0, -3, 2, 0.25, 0.5, 0}, 2, mask));
    assertMessage(
        message + "2, expert 1 has NaN",
        () -> ThresholdMargins.of(new double[] {0, -3, 2, 0.25, 0, Double.NaN}, 2, mask));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
