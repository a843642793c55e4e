package io.github.moe4j.balance;

import io.github.moe4j.core.Assignments;

/** What each expert gets by the assignments of a decision, before dropping. */
final class AssignmentSums {
  private AssignmentSums() {}

  /** Number of assignments with a weight above 0 [E]. */
  static double[] positive(Assignments assignments) {
    double[] counts = new double[assignments.experts()];
    for (int n = 0; n < assignments.size(); n++) {
      counts[assignments.expert(n)] += assignments.weight(n) > 0 ? 1 : 0;
    }
    return counts;
  }

  /** Sum of the weights of the assignments [E]. */
  static double[] weights(Assignments assignments) {
    double[] sums = new double[assignments.experts()];
    for (int n = 0; n < assignments.size(); n++) {
      sums[assignments.expert(n)] += assignments.weight(n);
    }
    return sums;
  }

  /**
   * The gradient of the weights [N] from one number for each expert.
   *
   * @param perExpert gradient of the sums [E]. Not modified.
   */
  static double[] spread(double[] perExpert, Assignments assignments) {
    double[] dWeights = new double[assignments.size()];
    for (int n = 0; n < dWeights.length; n++) {
      dWeights[n] = perExpert[assignments.expert(n)];
    }
    return dWeights;
  }
}
