package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.Gradients;

/**
 * The names of a shared expert whose gate and up projections are one array, {@code shared_f} wide.
 *
 * @param gateUp input with rows gate, then up [2H,D]
 * @param down input with the down projection [D,H]
 */
record StackedShared(String gateUp, String down) {
  /** The expert of a case. */
  FeedForward of(ReferenceCase reference, Glu glu) {
    int hidden = reference.config().size("shared_f");
    GateUp both = GateUp.split(reference.input(gateUp, 2L * hidden, -1));
    CaseTensor last = reference.input(down, -1, hidden);
    return DenseFeedForward.of(
        glu.over(both.gate(), null, both.up(), null, last.array(1, last.size(0), hidden), null));
  }

  /** Compares its gradients, if the layer has such an expert. */
  void compareGradients(Gradients ofLayer, Comparison comparison) {
    if (ofLayer.names().contains("shared.network.gate.weight")) {
      Gradients network = ofLayer.part("shared.network");
      GateUp both = new GateUp(network.get("gate.weight"), network.get("up.weight"));
      comparison.gradient(gateUp, both.joined());
      comparison.gradient(down, network.get("down.weight"));
    }
  }
}
