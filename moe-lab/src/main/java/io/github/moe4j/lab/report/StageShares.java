package io.github.moe4j.lab.report;

/**
 * The time of a training step by stage, as shares that sum to 1, or all NaN if not measured.
 *
 * @param route router and capacity rule, forward and backward
 * @param dispatch plan, and rows to the experts, forward and backward
 * @param experts the experts, shared ones included
 * @param combine the weighted sum of the experts' rows
 * @param other the rest of the model, the loss and the optimizer
 */
public record StageShares(
    double route, double dispatch, double experts, double combine, double other) {

  /** Validates. */
  public StageShares {
    Checks.share("route", route);
    Checks.share("dispatch", dispatch);
    Checks.share("experts", experts);
    Checks.share("combine", combine);
    Checks.share("other", other);
    double sum = route + dispatch + experts + combine + other;
    if (Math.abs(sum - 1) > 1e-6) {
      throw new IllegalArgumentException(
          "the shares of the stages must sum to 1 but sum to " + sum);
    }
  }

  /**
   * Divides measured times by their total.
   *
   * @param route time of routing, in any unit
   * @param dispatch time of dispatch
   * @param experts time of the experts
   * @param combine time of combining
   * @param step time of the whole step; if it is below the sum of the others, that sum is used
   * @return the shares; all NaN if no time was measured at all
   */
  public static StageShares of(
      double route, double dispatch, double experts, double combine, double step) {
    double parts = route + dispatch + experts + combine;
    double total = Math.max(step, parts);
    return new StageShares(
        route / total, dispatch / total, experts / total, combine / total, (total - parts) / total);
  }
}
