package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.numbers.gamma.Erfc;
import org.junit.jupiter.api.Test;

class NormalDistributionTest {
  @Test
  void cdf_wholeRange_agreesWithCommonsNumbers() {
    for (double x = -37; x <= 10; x += 0.00731) {
      double expected = 0.5 * Erfc.value(-x / Math.sqrt(2));
      // rounding of x/√2 alone costs x² units in the last place in the tail
      double tolerance = 4e-16 * (4 + x * x);
      assertEquals(1, NormalDistribution.cdf(x) / expected, tolerance, "Φ(" + x + ")");
    }
  }

  @Test
  void cdf_edges_exact() {
    assertEquals(0.5, NormalDistribution.cdf(0));
    assertEquals(1, NormalDistribution.cdf(40));
    assertEquals(0, NormalDistribution.cdf(-60));
    // the only number that divided by √2 gives 27, from where on it is 0
    assertEquals(0, NormalDistribution.cdf(-38.18376618407356));
    assertEquals(1, NormalDistribution.cdf(Double.POSITIVE_INFINITY));
    assertEquals(0, NormalDistribution.cdf(Double.NEGATIVE_INFINITY));
    assertEquals(Double.NaN, NormalDistribution.cdf(Double.NaN));
  }

  @Test
  void density_isTheSlope() {
    for (double x = -6; x <= 6; x += 0.37) {
      double h = 1e-5;
      double slope = (NormalDistribution.cdf(x + h) - NormalDistribution.cdf(x - h)) / (2 * h);
      assertEquals(slope, NormalDistribution.density(x), 1e-10);
    }
  }
}
