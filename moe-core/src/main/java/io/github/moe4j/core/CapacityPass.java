package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;

/** The result of a capacity rule, with its backward. */
public interface CapacityPass {
  /**
   * The R assignments that experts compute: the kept ones in the decision's order, then {@link
   * #fillers} filler rows.
   */
  Assignments kept();

  /**
   * Number of filler rows at the end of {@link #kept}, of weight 0; nothing counts them as load,
   * and they propagate no gradient.
   */
  default int fillers() {
    return 0;
  }

  /** Number of dropped assignments, {@code N − (R − fillers)}. */
  int dropped();

  /**
   * Backward pass: from the gradient of the kept weights to that of the router's decision.
   *
   * @param dKeptWeights [R]. Not modified.
   * @throws IllegalArgumentException if the length is not R
   */
  RoutingGradient backward(double[] dKeptWeights);

  /**
   * The result of keeping some assignments with their weights unchanged.
   *
   * @param all the router's assignments
   * @param keptIndices places of the kept ones in {@code all}. Not modified.
   */
  static CapacityPass ofKept(Assignments all, int[] keptIndices) {
    int[] indices = keptIndices.clone();
    Assignments kept = indices.length == all.size() ? all : all.select(indices);
    return new CapacityPass() {
      @Override
      public Assignments kept() {
        return kept;
      }

      @Override
      public int dropped() {
        return all.size() - indices.length;
      }

      @Override
      public RoutingGradient backward(double[] dKeptWeights) {
        Require.length("gradient of kept weights", dKeptWeights, indices.length);
        double[] dWeights = new double[all.size()];
        for (int r = 0; r < indices.length; r++) {
          dWeights[indices[r]] = dKeptWeights[r];
        }
        return RoutingGradient.ofWeights(dWeights);
      }
    };
  }
}
