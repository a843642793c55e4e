package io.github.moe4j.core.internal;

import java.util.random.RandomGenerator;

/**
 * Random numbers of several distributions, each from exactly one {@link RandomGenerator#nextDouble}.
 *
 * <p>All are quantiles of that uniform number in portable arithmetic, so one seed gives the same
 * bits on every machine and JDK; the generators' own normal and exponential numbers do not (their
 * tails changed in JDK 19). One draw each also means that recorded noise can be replayed by a
 * generator that returns recorded uniforms.
 */
public final class InverseSampling {
  /** Half the smallest step of nextDouble: stands for a drawn 0, whose quantile is infinite. */
  private static final double SMALLEST = 0x1p-54;

  /** Φ(−2). */
  private static final double BELOW_2 = 0.022750131948179207;

  /** Numbers whose quantiles justify a thread. */
  private static final int GRAIN = 4096;

  private InverseSampling() {}

  /** {@code n} uniform numbers, as {@link #uniform} draws them. */
  public static double[] uniforms(RandomGenerator random, int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = uniform(random);
    }
    return values;
  }

  /** {@code n} normal numbers, as {@link #normal} draws them; quantiles are taken in parallel. */
  public static double[] normals(RandomGenerator random, int n) {
    return quantiles(random, n, NormalQuantile::of);
  }

  /** {@code n} Gumbel numbers, as {@link #gumbel} draws them; quantiles are taken in parallel. */
  public static double[] gumbels(RandomGenerator random, int n) {
    return quantiles(random, n, InverseSampling::gumbels);
  }

  private static double[] quantiles(RandomGenerator random, int n, Quantiles quantiles) {
    double[] values = uniforms(random, n);
    Parallel.ranges(n, GRAIN, (from, to) -> quantiles.replace(values, from, to));
    return values;
  }

  /** Replaces uniform numbers in (0, 1) by quantiles. */
  private interface Quantiles {
    void replace(double[] uniform, int from, int to);
  }

  /** Uniform in (0, 1). */
  public static double uniform(RandomGenerator random) {
    return Math.max(SMALLEST, random.nextDouble());
  }

  /** Normal with mean 0 and variance 1. */
  public static double normal(RandomGenerator random) {
    return NormalQuantile.of(uniform(random));
  }

  /** Normal with mean 0 and variance 1, given that it is in [−2, 2]. */
  public static double truncatedNormal(RandomGenerator random) {
    double z = NormalQuantile.of(BELOW_2 + uniform(random) * (1 - 2 * BELOW_2));
    return Math.max(-2, Math.min(2, z));
  }

  /** Standard Gumbel, {@code −ln(−ln u)}. */
  public static double gumbel(RandomGenerator random) {
    return gumbel(uniform(random));
  }

  private static double gumbel(double uniform) {
    return -Log.log(-Log.log(uniform));
  }

  private static void gumbels(double[] values, int from, int to) {
    for (int i = 0; i < 2; i++) {
      Log.log(values, from, to);
      for (int j = from; j < to; j++) {
        values[j] = -values[j];
      }
    }
  }

  /** Exponential with mean 1, {@code −ln(1 − u)}. */
  public static double exponential(RandomGenerator random) {
    return exponential(uniform(random));
  }

  /** The exponential number that a uniform one in (0, 1) stands for. */
  public static double exponential(double uniform) {
    return uniform < 0.4 ? -Log.log1p(-uniform) : -Log.log(1 - uniform);
  }
}
