package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
  private static final double NAN = Double.NaN;

  @Test
  void of_threeSeeds_byHand() {
    PairedDifference d =
        PairedDifference.of(new double[] {2.5, 2.7, 2.6}, new double[] {2.4, 2.5, 2.3});
    // Differences -0.1, -0.2, -0.3: deviation 0.1, and t of 2 degrees is 4.3027.
    assertEquals(-0.2, d.mean(), 1e-12);
    assertEquals(0.1, d.deviation(), 1e-12);
    assertEquals(3, d.seeds());
    assertEquals(-0.2 - 4.302653 * 0.1 / Math.sqrt(3), d.low(), 1e-6);
    assertEquals(-0.2 + 4.302653 * 0.1 / Math.sqrt(3), d.high(), 1e-6);
    assertFalse(d.excludesZero());
    assertEquals("-0.200 ± 0.100", d.text("%.3f"));
    assertEquals("-0.448 to +0.048", d.interval("%.3f"));
  }

  @Test
  void of_sameDifferenceWithEachSeed_excludesZeroOnEitherSide() {
    double[] from = {2, 3};
    double[] to = {2.5, 3.5};
    assertEquals("+0.50 to +0.50, excludes 0", PairedDifference.of(from, to).interval("%.2f"));
    assertEquals("-0.50 to -0.50, excludes 0", PairedDifference.of(to, from).interval("%.2f"));
    assertFalse(PairedDifference.of(from, from).excludesZero());
  }

  @Test
  void of_seedsThatOneLacks_countTheCommonOnes() {
    PairedDifference one = PairedDifference.of(new double[] {1, NAN, 3}, new double[] {2, 2, NAN});
    assertEquals(1, one.seeds());
    assertEquals("+1.0", one.text("%.1f"));
    assertEquals("-", one.interval("%.1f"));
    assertFalse(one.hasInterval() || one.excludesZero());
    PairedDifference none = PairedDifference.of(new double[] {NAN}, new double[] {1});
    assertEquals("-", none.text("%.1f"));
    assertTrue(Double.isNaN(none.mean()));
  }

  @Test
  void of_otherNumberOfSeeds_isRefused() {
    assertEquals(
        "from and to must be of the same seeds but have 1 and 2",
        assertThrows(
                IllegalArgumentException.class,
                () -> PairedDifference.of(new double[1], new double[2]))
            .getMessage());
  }
}
