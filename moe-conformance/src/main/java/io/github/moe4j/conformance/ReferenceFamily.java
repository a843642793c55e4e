package io.github.moe4j.conformance;

/**
 * All cases recorded from one piece of code, reproduced with the library's own objects.
 *
 * <p>A family depends only on the config and inputs of a case, never on its name or recorded
 * results; except for arbitrary choices of the recorded code, which it may replay.
 */
public interface ReferenceFamily {
  /** The family's name, the part before {@code __} of its cases. */
  String name();

  /**
   * Runs the library on a case and passes all results to the comparison.
   *
   * @throws DamagedCaseException if the case contradicts itself
   * @throws UnsupportedCaseException if an option of the case has no counterpart
   */
  void run(ReferenceCase reference, Comparison comparison);
}
