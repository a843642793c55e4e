package io.github.moe4j.core;

/** A run of experts that tells how its time was spent. Optional, for {@link StageTimes} alone. */
@FunctionalInterface
public interface ActivationTimed {
  /** Share of the run's time so far that went into work between matrix products, in [0, 1]. */
  double activationShare();

  /** The share of a run; 0 if it does not tell. */
  static double shareOf(ExpertsPass run) {
    return run instanceof ActivationTimed timed ? timed.activationShare() : 0;
  }
}
