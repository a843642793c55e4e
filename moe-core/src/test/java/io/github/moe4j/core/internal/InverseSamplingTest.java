package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.apache.commons.numbers.gamma.Erfc;
import org.junit.jupiter.api.Test;

class InverseSamplingTest {
  private static final int MANY = 400_000;

  private static RandomGenerator fixed(double uniform) {
    return new RandomGenerator() {
      @Override
      public double nextDouble() {
        return uniform;
      }

      @Override
      public long nextLong() {
        throw new AssertionError("a draw takes one nextDouble and nothing else");
      }
    };
  }

  @Test
  void normal_anyUniform_isItsQuantile() {
    for (double u : new double[] {1e-16, 1e-12, 1e-5, 0.01, 0.074, 0.0751, 0.3, 0.5, 0.7, 0.93}) {
      double z = InverseSampling.normal(fixed(u));
      double back = 0.5 * Erfc.value(-z / Math.sqrt(2));
      assertEquals(1, back / u, 1e-12, "quantile of " + u);
    }
    assertEquals(0, InverseSampling.normal(fixed(0.5)));
    // symmetric: 1 − 2^-10 and 2^-10 are exact
    assertEquals(
        -InverseSampling.normal(fixed(0x1p-10)), InverseSampling.normal(fixed(1 - 0x1p-10)), 1e-15);
    // 3.090232306167813 is the 99.9 % quantile in every table
    assertEquals(3.090232306167813, InverseSampling.normal(fixed(0.999)), 1e-12);
  }

  @Test
  void truncatedNormal_anyUniform_quantileBetweenTwoStandardDeviations() {
    double below = 0.5 * Erfc.value(2 / Math.sqrt(2));
    for (double u : new double[] {1e-9, 0.01, 0.25, 0.5, 0.8, 0.99, 1 - 1e-9}) {
      double z = InverseSampling.truncatedNormal(fixed(u));
      double back = 0.5 * Erfc.value(-z / Math.sqrt(2));
      assertEquals(u, (back - below) / (1 - 2 * below), 1e-12, "quantile of " + u);
    }
    assertEquals(-2, InverseSampling.truncatedNormal(fixed(0)), 1e-12);
    assertEquals(2, InverseSampling.truncatedNormal(fixed(Math.nextDown(1.0))), 1e-12);
  }

  @Test
  void gumbelAndExponential_anyUniform_areQuantiles() {
    for (double u : new double[] {1e-15, 1e-9, 0.1, 0.399, 0.401, 0.5, 0.9, 1 - 1e-12}) {
      assertEquals(-StrictMath.log(-StrictMath.log(u)), InverseSampling.gumbel(fixed(u)), 1e-13);
      assertEquals(-StrictMath.log1p(-u), InverseSampling.exponential(fixed(u)), 1e-13);
    }
  }

  @Test
  void many_anyNumber_sameBitsAsOneByOne() {
    // 20000 are shared out among threads
    for (int n : new int[] {0, 1, 7, 511, 512, 513, 20_000}) {
      SplittableRandom one = new SplittableRandom(n);
      double[] normals = new double[n];
      Arrays.setAll(normals, i -> InverseSampling.normal(one));
      assertArrayEquals(normals, InverseSampling.normals(new SplittableRandom(n), n));
      SplittableRandom other = new SplittableRandom(n);
      double[] gumbels = new double[n];
      Arrays.setAll(gumbels, i -> InverseSampling.gumbel(other));
      assertArrayEquals(gumbels, InverseSampling.gumbels(new SplittableRandom(n), n));
    }
  }

  /** Where one approximation ends and the next begins; in these numbers their last bits differ. */
  @Test
  void quantile_atTheLimitsOfItsApproximations_sameBitsOneByOneAndOnEveryJdk() {
    double[] limits = {0.075, 0.07500000000000001, 1.3887943864964021e-11}; // Φ(z) = e^−25
    double[] quantiles = limits.clone();
    NormalQuantile.of(quantiles, 0, limits.length);
    for (int i = 0; i < limits.length; i++) {
      assertEquals(quantiles[i], NormalQuantile.of(limits[i]));
    }
    assertEquals(-6.6579046435011024, quantiles[2]);
  }

  @Test
  void any_zeroDrawn_finite() {
    assertTrue(Double.isFinite(InverseSampling.normal(fixed(0))));
    assertTrue(Double.isFinite(InverseSampling.gumbel(fixed(0))));
    assertTrue(InverseSampling.exponential(fixed(0)) > 0);
    assertTrue(InverseSampling.uniform(fixed(0)) > 0);
    double last = Math.nextDown(1.0);
    assertTrue(Double.isFinite(InverseSampling.normal(fixed(last))));
    assertTrue(Double.isFinite(InverseSampling.gumbel(fixed(last))));
  }

  @Test
  void any_manyDraws_haveTheirMoments() {
    // standard errors: 1/√400000 = 0.0016 of the mean, about twice that of the variance
    assertMoments(InverseSampling::uniform, 0.5, 1.0 / 12);
    assertMoments(InverseSampling::normal, 0, 1);
    assertMoments(InverseSampling::gumbel, 0.5772156649015329, Math.PI * Math.PI / 6);
    assertMoments(InverseSampling::exponential, 1, 1);
  }

  private static void assertMoments(
      ToDoubleFunction<RandomGenerator> draw, double mean, double variance) {
    SplittableRandom random = new SplittableRandom(42);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < MANY; i++) {
      double value = draw.applyAsDouble(random);
      sum += value;
      squares += value * value;
    }
    double actual = sum / MANY;
    assertEquals(mean, actual, 0.01);
    assertEquals(variance, squares / MANY - actual * actual, 0.02);
  }

  /** The number is the same on every JDK: nothing but portable arithmetic makes it. */
  @Test
  void any_sameSeed_sameBitsOnEveryJdk() {
    SplittableRandom random = new SplittableRandom(7);
    long hash = 0;
    for (int i = 0; i < 100_000; i++) {
      hash = 31 * hash + Double.doubleToLongBits(InverseSampling.normal(random));
      hash = 31 * hash + Double.doubleToLongBits(InverseSampling.gumbel(random));
      hash = 31 * hash + Double.doubleToLongBits(InverseSampling.exponential(random));
    }
    assertEquals(-7467782767027627478L, hash);
  }
}
