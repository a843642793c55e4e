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
public final class Draws {
  /** Half the smallest step of nextDouble: stands for a drawn 0, whose quantile is infinite. */
  private static final double SMALLEST = 0x1p-54;

  private Draws() {}

  /** Uniform in (0, 1). */
  public static double uniform(RandomGenerator random) {
    return Math.max(SMALLEST, random.nextDouble());
  }

  /** Normal with mean 0 and variance 1. */
  public static double normal(RandomGenerator random) {
    return NormalQuantile.of(uniform(random));
  }

  /** Standard Gumbel, {@code −ln(−ln u)}. */
  public static double gumbel(RandomGenerator random) {
    return -StrictMath.log(-StrictMath.log(uniform(random)));
  }

  /** Exponential with mean 1, {@code −ln(1 − u)}. */
  public static double exponential(RandomGenerator random) {
    return -StrictMath.log1p(-uniform(random));
  }
}
