package io.github.moe4j.bench.peers;

import io.github.moe4j.core.internal.Require;

/**
 * How passes are timed.
 *
 * @param rounds samples of each system
 * @param warmUpMillis passes before the first round, of each system
 * @param pauseMillis rest before each sample, so that threads of other systems which wait actively
 *     have gone to sleep
 * @param sampleMillis a sample is as many passes as take about that long, at least one
 */
record Timing(int rounds, int warmUpMillis, int pauseMillis, int sampleMillis) {
  private static final int LEAST_WARM_UPS = 3;

  Timing {
    Require.that(rounds >= 1, "rounds must be at least 1 but was %d", rounds);
  }

  /** As the command times. */
  static Timing of(int rounds) {
    return new Timing(rounds, 3000, 50, 20);
  }

  /** Warms a layer up; returns the passes of a sample. */
  int warmUp(PeerLayer layer) {
    double best = Double.MAX_VALUE;
    long start = System.nanoTime();
    for (int i = 0; i < LEAST_WARM_UPS || millisSince(start) < warmUpMillis; i++) {
      long before = System.nanoTime();
      layer.run();
      best = Math.min(best, millisSince(before));
    }
    return (int) Math.max(1, Math.ceil(sampleMillis / best));
  }

  /** Milliseconds of a pass, after a pause and a few passes that don't count. */
  double sample(PeerLayer layer, int passes) {
    pause();
    for (int i = 0; i < (passes + 3) / 4; i++) {
      layer.run();
    }
    long start = System.nanoTime();
    for (int i = 0; i < passes; i++) {
      layer.run();
    }
    return millisSince(start) / passes;
  }

  /** Waits actively: a processor that sleeps is slow for some milliseconds after it wakes up. */
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
