package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Assignments;

/**
 * Numbers that a case gives for each column of a recorded choice [T,K], whose order within a token
 * is open: each belongs to the expert that was recorded in that column.
 */
final class RecordedColumns {
  private RecordedColumns() {}

  /**
   * The number of each assignment, 0 for one that was not recorded.
   *
   * @param values name of the input with the numbers [T,K]
   * @param indices name of the output with the experts [T,K]
   * @return [N]
   */
  static double[] of(
      ReferenceCase reference, String values, String indices, Assignments assignments) {
    CaseTensor given = reference.input(values, assignments.tokens(), -1);
    CaseTensor recorded = reference
        .recordedOutput(indices)
        .orElseThrow(() -> new DamagedCaseException(
            "outputs must have " + indices + ", whose order " + values + " follows, but have not"));
    int k = given.size(-1);
    if (recorded.length() != given.length()) {
      throw new DamagedCaseException(values
          + " must be as long as "
          + indices
          + ": "
          + given.length()
          + " != "
          + recorded.length());
    }
    double[] result = new double[assignments.size()];
    for (int n = 0; n < result.length; n++) {
      for (int i = assignments.token(n) * k; i < (assignments.token(n) + 1) * k; i++) {
        if (recorded.get(i) == assignments.expert(n)) {
          result[n] = given.get(i);
        }
      }
    }
    return result;
  }
}
