package io.github.moe4j.conformance;

/**
 * All cases recorded from one piece of code: what it computes, said with the library's own objects.
 *
 * <p>A family follows the config and inputs of a case alone, never its name or recorded results;
 * except a choice that the recorded code made arbitrarily, which it may replay.
 */
public interface ReferenceFamily {
  /** The family's name, the part before {@code __} of its cases. */
  String name();

  /**
   * Runs the library on a case and gives everything it computed to the comparison.
   *
   * @throws DamagedCaseException if the case contradicts itself
   * @throws UnsupportedCaseException if an option of the case has no counterpart
   */
  void run(ReferenceCase reference, Comparison comparison);
}
