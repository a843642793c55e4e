package io.github.moe4j.core;

import io.github.moe4j.core.internal.watch.PassEvents;

/** Times the stages of one direction of a pass, for {@link StageTimes} and Flight Recorder alike. */
final class StageClock {
  /** A stage; to plan is part of the dispatch event. */
  enum Stage {
    ROUTE,
    PLAN,
    DISPATCH,
    EXPERTS,
    COMBINE
  }

  private final long[] nanos = new long[Stage.values().length];
  private final PassEvents events;
  private long last;

  private StageClock(PassEvents events) {
    this.events = events;
    this.last = System.nanoTime();
  }

  /** Starts with the first stage of a forward pass. */
  static StageClock forward() {
    return new StageClock(PassEvents.forward());
  }

  /** Starts with the first stage of a backward pass. */
  static StageClock backward() {
    return new StageClock(PassEvents.backward());
  }

  /** The stage is over, and the next one begins. */
  void end(Stage stage) {
    long now = System.nanoTime();
    nanos[stage.ordinal()] += now - last;
    last = now;
    if (stage != Stage.PLAN) {
      events.next();
    }
  }

  /** Times so far, all that experts took counted as products. */
  StageTimes times() {
    return new StageTimes(
        of(Stage.ROUTE),
        of(Stage.PLAN),
        of(Stage.DISPATCH),
        of(Stage.EXPERTS),
        0,
        of(Stage.COMBINE));
  }

  private long of(Stage stage) {
    return nanos[stage.ordinal()];
  }

  /** Hands the events of a pass over, if a recording wants them. */
  void commit(String layer, RouterDecision decision, int dropped, ExpertsPass experts) {
    if (events.wanted()) {
      events.commit(
          layer,
          decision.mask().validTokens(),
          decision.assignments().countPerExpert(),
          dropped,
          ExpertsInMemory.hitsOf(experts),
          ExpertsInMemory.missesOf(experts));
    }
  }
}
