package io.github.moe4j.core;

/** An {@link ExpertsPass} that reports how its time was spent. Optional; only {@link StageTimes} uses it. */
@FunctionalInterface
public interface ActivationTimed {
  /** Share of the pass's time so far that was spent between matrix products, in [0, 1]. */
  double activationShare();

  /** The share of a pass; 0 if it does not report one. */
  static double shareOf(ExpertsPass run) {
    return run instanceof ActivationTimed timed ? timed.activationShare() : 0;
  }
}
