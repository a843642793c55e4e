package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.BiasRule;
import io.github.moe4j.core.ExpertBias;
import java.util.Arrays;

/**
 * A selection bias that a controller changes between the steps of a trajectory.
 *
 * @param bias what the router reads
 * @param controller changes it
 */
record TrainedBias(ExpertBias bias, BiasController controller) {
  /** A bias that follows a rule. */
  static TrainedBias of(ExpertBias bias, BiasRule rule) {
    return new TrainedBias(bias, BiasController.of(bias, rule));
  }

  /** Changes the bias by the assignments of a step, and records it. */
  void step(int[] counts, StepRecord record) {
    controller.add(Arrays.stream(counts).asLongStream().toArray());
    controller.step();
    record.add("expert_bias_after", bias.values());
  }
}
