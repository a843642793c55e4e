package io.github.moe4j.conformance;

import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.NormalDistribution;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A generator that replays recorded noise, for {@code TokenBatch.training}.
 *
 * <p>The library takes each random number as the quantile of one uniform number, so a recorded draw
 * is replayed by the corresponding uniform number. Methods other than {@link #nextDouble},
 * and more draws than recorded, throw. Not thread-safe.
 */
public final class RecordedDraws implements RandomGenerator {
  private final double[] uniforms;
  private int next;

  private RecordedDraws(double[] uniforms) {
    // A quantile of 1 is infinite; a recorded number so large came from the largest below it.
    this.uniforms =
        Arrays.stream(uniforms).map(u -> Math.min(u, Math.nextDown(1.0))).toArray();
  }

  /** Uniform numbers as they are, in the order in which they are drawn. */
  public static RecordedDraws uniform(double... draws) {
    return new RecordedDraws(draws.clone());
  }

  /** Normal numbers with mean 0 and variance 1. */
  public static RecordedDraws normal(double... draws) {
    return new RecordedDraws(Arrays.stream(draws).map(NormalDistribution::cdf).toArray());
  }

  /** Standard Gumbel numbers. */
  public static RecordedDraws gumbel(double... draws) {
    return new RecordedDraws(
        Arrays.stream(draws).map(g -> Exp.exp(-Exp.exp(-g))).toArray());
  }

  /** Exponential numbers with mean 1. */
  public static RecordedDraws exponential(double... draws) {
    return new RecordedDraws(
        Arrays.stream(draws).map(e -> -StrictMath.expm1(-e)).toArray());
  }

  /** These draws, then others. */
  public RecordedDraws then(RecordedDraws others) {
    double[] all = Arrays.copyOf(uniforms, uniforms.length + others.uniforms.length);
    System.arraycopy(others.uniforms, 0, all, uniforms.length, others.uniforms.length);
    return new RecordedDraws(all);
  }

  @Override
  public double nextDouble() {
    if (next == uniforms.length) {
      throw new DamagedCaseException(
          "the pass draws more random numbers than the " + next + " that were recorded");
    }
    return uniforms[next++];
  }

  /** Not supported: every recorded number is given back by {@link #nextDouble}. */
  @Override
  public long nextLong() {
    throw new UnsupportedOperationException("recorded noise is drawn only by nextDouble");
  }
}
