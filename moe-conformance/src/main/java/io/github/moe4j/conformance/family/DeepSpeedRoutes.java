package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The routes [K,T] of DeepSpeed's layer: for each choice of each token its expert, or −1. */
final class DeepSpeedRoutes {
  private DeepSpeedRoutes() {}

  /** 1 where a token was recorded to be kept for an expert, row-major [T·E]. */
  static double[] survivors(ReferenceCase reference, int tokens) {
    CaseTensor routes = reference
        .recordedOutput("route_expert")
        .orElseThrow(() -> new DamagedCaseException("outputs must have route_expert"));
    int experts = reference.config().size("num_experts");
    int[] expert = routes.ints();
    double[] result = new double[tokens * experts];
    IntStream.range(0, expert.length)
        .filter(i -> expert[i] >= 0 && expert[i] < experts)
        .forEach(i -> result[i % tokens * experts + expert[i]] = 1);
    return result;
  }

  /**
   * Compares where tokens went and what the experts were given.
   *
   * @param k choices of a token
   * @param input tokens of the pass [T,D]. Not modified.
   */
  static void compare(
      Comparison comparison,
      DeepSpeedGate gate,
      int k,
      TokenBatch input,
      RouterDecision decision,
      Assignments kept) {
    int slots = gate.slots(decision);
    KeptPlaces places = KeptPlaces.of(decision, kept, gate.queue(), false).within(slots);
    int width = input.width();
    double[] expert = new double[k * input.tokens()];
    Arrays.fill(expert, -1);
    double[] slot = new double[expert.length];
    double[] weight = new double[expert.length];
    double[] dispatched = new double[kept.experts() * slots * width];
    for (int r = 0; r < kept.size(); r++) {
      int route = places.choice()[r] * input.tokens() + kept.token(r);
      expert[route] = kept.expert(r);
      slot[route] = places.slot()[r];
      weight[route] = kept.weight(r);
      int from = (kept.expert(r) * slots + places.slot()[r]) * width;
      for (int d = 0; d < width; d++) {
        dispatched[from + d] = input.x().getDouble(kept.token(r), d);
      }
    }
    comparison.output("route_expert", expert);
    comparison.output("route_slot", slot);
    comparison.output("route_gate", weight);
    comparison.output("capacity", slots);
    comparison.output("dispatched_input", dispatched);
    comparison.output("exp_counts", DeepSpeedGating.counts(decision.assignments()));
  }
}
