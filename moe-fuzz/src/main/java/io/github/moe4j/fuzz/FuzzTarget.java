package io.github.moe4j.fuzz;

import java.util.SplittableRandom;

/** Something to fuzz: one case is determined by its random numbers alone. */
public interface FuzzTarget {
  /** Its name on the command line. */
  String name();

  /** What it counts, in the plural, such as {@code calls}. */
  String unit();

  /**
   * Runs one case.
   *
   * @param random source of all choices. Modified.
   * @param tally counts what the case did. Modified.
   * @throws Throwable a fault, of any type
   */
  void run(SplittableRandom random, Tally tally) throws Throwable;
}
