package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.watch.PassEvents;
import java.util.List;

/**
 * The events of forward passes without the passes, in a tight loop: as a layer makes them, but
 * with hot caches.
 *
 * @param decision of the pass whose events they are
 */
record EventsAlone(RouterDecision decision) implements Runnable {
  /** What the events call their layer. */
  static final String LAYER = "alone";

  private static final int PASSES = 100;
  private static final int STAGES = 4;
  private static final int MOST_ROUNDS = 25;

  /** Nanoseconds of a pass with the events off and on; leaves them off. */
  double[] nanos(EventSwitch events, Timing timing) {
    // Few and short samples: a second would record some million
    // events.
    Timing few = new Timing(
        Math.min(timing.rounds(), MOST_ROUNDS),
        timing.warmUpMillis() / 10,
        0,
        Math.min(timing.sampleMillis(), 1));
    double[][] millis = few.interleaved(List.of(this, this), i -> events.set(i == 1));
    events.set(false);
    return new double[] {
      1e6 * Samples.median(millis[0]) / PASSES, 1e6 * Samples.median(millis[1]) / PASSES
    };
  }

  @Override
  public void run() {
    for (int i = 0; i < PASSES; i++) {
      PassEvents events = PassEvents.forward();
      for (int stage = 0; stage < STAGES; stage++) {
        events.next();
      }
      if (events.wanted()) {
        int[] assigned = decision.assignments().countPerExpert();
        events.commit(LAYER, decision.mask().validTokens(), assigned, 0, 0, 0);
      }
    }
  }
}
