package io.github.moe4j.balance.control;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hand-worked: four experts with 6, 2, 1 and 3 choices, so the mean is 3. */
@ExtendWith(Seeds.class)
class BiasRulesTest {
  private static final long[] COUNTS = {6, 2, 1, 3};
  private static final double RATE = 0.25;

  private static List<BiasRule> rules() {
    return List.of(SignRule.of(RATE), SignRule.centred(RATE), ProportionalRule.of(RATE));
  }

  @Test
  void sign_counts_byTheRateTowardsTheMean() {
    // at the mean: unchanged
    assertSameBits("change", new double[] {-.25, .25, .25, 0}, SignRule.of(RATE).change(COUNTS, 0));
  }

  @Test
  void centred_counts_lessTheMeanChange() {
    // mean of (−1, 1, 1, 0)/4 is 1/16
    double[] expected = {-.3125, .1875, .1875, -.0625};
    assertSameBits("change", expected, SignRule.centred(RATE).change(COUNTS, 0));
  }

  @Test
  void proportional_counts_relativeToTheMean() {
    // (3 − n)/3 = −1, 1/3, 2/3, 0, times 1/4
    double[] expected = {-.25, 1 / 12.0, 1 / 6.0, 0};
    assertNear("change", expected, ProportionalRule.of(RATE).change(COUNTS, 0), 1e-16);
  }

  @Test
  void proportional_countsOfALargerBatch_sameChange() {
    long[] larger = Arrays.stream(COUNTS).map(n -> 1000 * n).toArray();
    assertSameBits(
        "change",
        ProportionalRule.of(RATE).change(COUNTS, 0),
        ProportionalRule.of(RATE).change(larger, 0));
  }

  @Test
  void change_totalCollapse_documentedValues() {
    long[] collapsed = {12, 0, 0, 0};
    assertSameBits(
        "sign", new double[] {-.25, .25, .25, .25}, SignRule.of(RATE).change(collapsed, 0));
    // mean of the changes is 2/16
    assertSameBits(
        "centred",
        new double[] {-.375, .125, .125, .125},
        SignRule.centred(RATE).change(collapsed, 0));
    // rate·(E − 1) down, the rate up
    assertSameBits(
        "proportional",
        new double[] {-.75, .25, .25, .25},
        ProportionalRule.of(RATE).change(collapsed, 0));
  }

  @Test
  void change_perfectBalanceOrNothing_zero() {
    for (BiasRule rule : rules()) {
      for (long n : new long[] {0, 1, 7, (1L << 52) + 1}) {
        assertAllZero(rule + " of " + n, rule.change(new long[] {n, n, n}, 0));
      }
    }
  }

  @Test
  void change_oneExpert_zero() {
    for (BiasRule rule : rules()) {
      assertAllZero(rule.toString(), rule.change(new long[] {9}, 0));
    }
  }

  @Test
  void change_random_centredAndProportionalSumToZero() {
    SplittableRandom random = Seeds.random(1);
    for (int i = 0; i < 100; i++) {
      long[] counts = random.longs(1 + random.nextInt(40), 0, 1000).toArray();
      double[] centred = SignRule.centred(1).change(counts, 0);
      double[] proportional = ProportionalRule.of(1).change(counts, 0);
      assertEquals(0, Arrays.stream(centred).sum(), 1e-13);
      assertEquals(0, Arrays.stream(proportional).sum(), 1e-12);
    }
  }

  @Test
  void change_schedule_readAtTheStep() {
    // warm-up over 4 steps to 1: 0, 1/4, 1/2, 3/4, 1, 1
    CoefficientSchedule warmup = CoefficientSchedule.linearWarmup(1, 4);
    long[] counts = {2, 0};
    for (int step = 0; step < 6; step++) {
      double rate = Math.min(1, step / 4.0);
      double[] expected = {-rate, rate};
      assertNear("sign", expected, new SignRule(warmup, false).change(counts, step), 0);
      assertNear("centred", expected, new SignRule(warmup, true).change(counts, step), 0);
      assertNear("proportional", expected, new ProportionalRule(warmup).change(counts, step), 0);
    }
  }

  @Test
  void change_counts_notModified() {
    for (BiasRule rule : rules()) {
      long[] counts = COUNTS.clone();
      rule.change(counts, 0);
      assertArrayEquals(COUNTS, counts, rule.toString());
    }
  }

  @Test
  void of_rateNotFiniteOrNegative_refused() {
    Exception e = assertThrows(IllegalArgumentException.class, () -> SignRule.of(Double.NaN));
    assertEquals("coefficient must be finite and at least 0 but was NaN", e.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> ProportionalRule.of(Double.NEGATIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> SignRule.centred(-1e-3));
  }

  @Test
  void change_rateOfTheStepNegativeOrNaN_refused() {
    for (double wrong : new double[] {-0.1, Double.NaN}) {
      for (BiasRule rule :
          List.of(new SignRule(step -> wrong, false), new ProportionalRule(step -> wrong))) {
        Exception e =
            assertThrows(IllegalArgumentException.class, () -> rule.change(COUNTS.clone(), 0));
        assertEquals("rate must be finite and at least 0 but was " + wrong, e.getMessage());
      }
    }
  }
}
