package io.github.moe4j.bench.peers;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Require;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How passes are timed.
 *
 * @param rounds samples of each variant
 * @param warmUpMillis passes before the first round, of each variant
 * @param pauseMillis rest before each sample, so that spinning threads of other systems have gone
 *     to sleep
 * @param sampleMillis a sample is as many passes as take about that long, at least one
 * @param watch called at each step; may stop the work between two samples
 */
public record Timing(int rounds, int warmUpMillis, int pauseMillis, int sampleMillis, Watch watch) {
  private static final int LEAST_WARM_UPS = 3;

  /** Checks the rounds. */
  public Timing {
    Require.that(rounds >= 1, "rounds must be at least 1 but was %d", rounds);
  }

  /** Not watched. */
  public Timing(int rounds, int warmUpMillis, int pauseMillis, int sampleMillis) {
    this(rounds, warmUpMillis, pauseMillis, sampleMillis, Watch.none());
  }

  /** As the commands time, not watched. */
  public static Timing of(int rounds) {
    return new Timing(rounds, 3000, 50, 20);
  }

  /** The same, watched. */
  public Timing watchedBy(Watch other) {
    return new Timing(rounds, warmUpMillis, pauseMillis, sampleMillis, other);
  }

  /** Steps of {@link #interleaved}. */
  public long steps(int variants) {
    return variants * (warmUpSteps() + rounds);
  }

  /** Steps of a {@link #warmUp}: it counts as many samples as take that long. */
  public long warmUpSteps() {
    return Math.max(1, warmUpMillis / Math.max(1, pauseMillis + sampleMillis));
  }

  /**
   * Times variants interleaved, every second round in reverse order.
   *
   * @param variants one pass of each
   * @return milliseconds of a pass, by variant and round
   */
  public double[][] interleaved(List<Runnable> variants) {
    return interleaved(variants, i -> {});
  }

  /**
   * Times interleaved variants with a set-up step.
   *
   * @param before gets the variant's number before its warm-up and each of its samples; not timed
   */
  public double[][] interleaved(List<Runnable> variants, IntConsumer before) {
    int count = variants.size();
    int[] passes = new int[count];
    for (int i = 0; i < count; i++) {
      before.accept(i);
      passes[i] = warmUp(variants.get(i));
    }
    double[][] millis = new double[count][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < count; turn++) {
        int i = round % 2 == 0 ? turn : count - 1 - turn;
        watch.leaveIfAsked();
        before.accept(i);
        millis[i][round] = sample(variants.get(i), passes[i]);
        watch.step(1);
      }
    }
    return millis;
  }

  /** Warms up a variant; returns the passes of a sample. */
  public int warmUp(Runnable pass) {
    double best = Double.MAX_VALUE;
    long start = System.nanoTime();
    for (int i = 0; i < LEAST_WARM_UPS || millisSince(start) < warmUpMillis; i++) {
      watch.leaveIfAsked();
      long before = System.nanoTime();
      pass.run();
      best = Math.min(best, millisSince(before));
    }
    watch.step(warmUpSteps());
    return (int) Math.max(1, Math.ceil(sampleMillis / best));
  }

  /** Milliseconds of a pass, after a pause and a few passes that don't count. */
  private double sample(Runnable pass, int passes) {
    pause();
    for (int i = 0; i < (passes + 3) / 4; i++) {
      pass.run();
    }
    long start = System.nanoTime();
    for (int i = 0; i < passes; i++) {
      pass.run();
    }
    return millisSince(start) / passes;
  }

  /** Spins: a sleeping processor is slow for some milliseconds after wake-up. */
  private void pause() {
    long start = System.nanoTime();
    while (millisSince(start) < pauseMillis) {
      Thread.onSpinWait();
    }
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }
}
