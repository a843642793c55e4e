package io.github.moe4j.core;

/**
 * An {@link ExpertsPass} of experts of which some are in memory and the others in a file. Optional; {@link LoadStatistics}
 * have its numbers.
 */
public interface ExpertsInMemory {
  /** Experts with rows that were in memory when the pass came to them. */
  int hits();

  /** Experts with rows that had to be read first. */
  int misses();

  /** The hits of a pass; 0 if it does not count them. */
  static int hitsOf(ExpertsPass run) {
    return run instanceof ExpertsInMemory memory ? memory.hits() : 0;
  }

  /** The misses of a pass; 0 if it does not count them. */
  static int missesOf(ExpertsPass run) {
    return run instanceof ExpertsInMemory memory ? memory.misses() : 0;
  }
}
