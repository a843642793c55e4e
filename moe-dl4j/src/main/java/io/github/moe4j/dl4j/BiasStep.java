package io.github.moe4j.dl4j;

import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.SelectionBias;
import io.github.moe4j.routing.catalogue.BiasUse;

/** How far an iteration moves an expert bias. */
final class BiasStep {
  private BiasStep() {}

  /**
   * What to add to the bias of each expert [E].
   *
   * @param bias as the router read it. Not modified.
   * @param decision of the iteration's pass
   */
  static double[] change(
      RouterSpec router, SelectionBias bias, RouterDecision decision, int iteration) {
    return switch (router.steeringOrUsual()) {
      case SIGN -> SignRule.of(router.biasRate()).change(loads(decision), iteration);
      case QUANTILE -> quantile(router, bias, decision);
    };
  }

  private static long[] loads(RouterDecision decision) {
    int[] counts = decision.assignments().countPerExpert();
    long[] loads = new long[counts.length];
    for (int e = 0; e < counts.length; e++) {
      loads[e] = counts[e];
    }
    return loads;
  }

  private static double[] quantile(RouterSpec router, SelectionBias bias, RouterDecision decision) {
    SelectionBias moved = SelectionBias.of(bias.values());
    QuantileController controller = router.provider().traits().bias() == BiasUse.LOGITS
        ? QuantileController.ofLogits(moved, router.k())
        : QuantileController.ofSigmoids(moved, router.k());
    controller.observe(decision);
    controller.step();
    double[] change = moved.values();
    double[] before = bias.values();
    for (int e = 0; e < change.length; e++) {
      change[e] -= before[e];
    }
    return change;
  }
}
