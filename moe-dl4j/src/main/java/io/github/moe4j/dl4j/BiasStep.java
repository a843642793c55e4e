package io.github.moe4j.dl4j;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;

/** How far an iteration moves an expert bias. */
final class BiasStep {
  private BiasStep() {}

  /**
   * What to add to the bias of each expert [E].
   *
   * @param bias as the router read it. Not modified.
   * @param decision of the iteration's pass
   */
  static double[] change(RouterSpec router, ExpertBias bias, RouterDecision decision) {
    ExpertBias moved = ExpertBias.of(bias.values());
    LoadController controller = router
        .controller()
        .create(moved, router.k(), CoefficientSchedule.constant(router.biasRate()));
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
