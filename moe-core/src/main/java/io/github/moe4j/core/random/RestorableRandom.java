package io.github.moe4j.core.random;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;

/**
 * The generator of {@link java.util.SplittableRandom}, with a state that can be saved: SplitMix64
 * (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA).
 *
 * <p>A counter grows by an odd constant, gamma, and each of its values is mixed into one number. From
 * the same seed it produces the same sequence as {@code SplittableRandom} for every method, and splits into
 * the same generators, so it is a drop-in replacement.
 *
 * <p>Used by one thread at a time; {@link #split} gives another thread its own.
 */
public final class RestorableRandom implements RandomGenerator, Stateful {
  /** As written beside the state. */
  private static final String ALGORITHM = "SplitMix64";

  /** 2^64 divided by the golden ratio, to the next odd number. */
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long gamma;
  private long counter;

  private RestorableRandom(long counter, long gamma) {
    this.counter = counter;
    this.gamma = gamma;
  }

  /** A generator with the numbers of {@code new SplittableRandom(seed)}. */
  public static RestorableRandom ofSeed(long seed) {
    return new RestorableRandom(seed, GOLDEN);
  }

  /**
   * A generator that continues from a saved state.
   *
   * @param state as returned by {@link #state}: two numbers, the second odd. Not modified.
   * @throws IllegalArgumentException if there are not two numbers, or the second is even
   */
  public static RestorableRandom of(long... state) {
    requireState(state);
    return new RestorableRandom(state[0], state[1]);
  }

  private static void requireState(long... state) {
    Require.that(state.length == 2, "state must have length 2 but has %d", state.length);
    Require.that((state[1] & 1) == 1, "gamma must be odd but was %d", state[1]);
  }

  /** Adds algorithm and state to a checkpoint. */
  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint.text(prefix + ".algorithm", ALGORITHM).longs(prefix + ".state", state());
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    String algorithm = checkpoint.text(prefix + ".algorithm");
    Require.that(
        algorithm.equals(ALGORITHM),
        "%s.algorithm must be %s but was %s",
        prefix,
        ALGORITHM,
        algorithm);
    long[] saved = checkpoint.longs(prefix + ".state");
    requireState(saved);
    counter = saved[0];
    gamma = saved[1];
  }

  /** The complete state: counter and gamma. */
  public long[] state() {
    return new long[] {counter, gamma};
  }

  /** An independent generator, seeded by two steps of this one. */
  public RestorableRandom split() {
    long start = nextLong();
    return new RestorableRandom(start, gammaOf(next()));
  }

  /**
   * Passes over numbers, as if {@link #nextLong} had been called so often; takes no time.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  public void skip(long numbers) {
    Require.that(numbers >= 0, "numbers must be at least 0 but were %d", numbers);
    counter += numbers * gamma;
  }

  @Override
  public long nextLong() {
    long z = next();
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** The upper half of another mixture than that of {@link #nextLong}, as SplittableRandom has it. */
  @Override
  public int nextInt() {
    long z = next();
    z = (z ^ z >>> 33) * 0x62a9d9ed799705f5L;
    z = (z ^ z >>> 28) * 0xcb24d0a5c88c35b3L;
    return (int) (z >>> 32);
  }

  private long next() {
    counter += gamma;
    return counter;
  }

  /** An odd constant in which bits change often enough to count well. */
  private static long gammaOf(long seed) {
    long z = (seed ^ seed >>> 33) * 0xff51afd7ed558ccdL;
    z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
    z = z ^ z >>> 33 | 1;
    return Long.bitCount(z ^ z >>> 1) < 24 ? z ^ 0xaaaaaaaaaaaaaaaaL : z;
  }
}
