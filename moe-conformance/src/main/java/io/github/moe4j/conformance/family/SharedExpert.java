package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.GluExperts;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The names of a gated expert that every token sees with weight 1.
 *
 * @param gate input with its projection [H,D]
 * @param up input with its projection [H,D]
 * @param down input with its projection [D,H]
 */
record SharedExpert(String gate, String up, String down) {
  /** As Hugging Face's blocks are recorded. */
  static final SharedExpert HUGGING_FACE =
      new SharedExpert("shared_gate_proj", "shared_up_proj", "shared_down_proj");

  /** Adds the expert to a layer, if the case has one. */
  MoeLayer.Builder addTo(MoeLayer.Builder layer, Activation activation, ReferenceCase reference) {
    return reference.optionalInput(gate).isEmpty()
        ? layer
        : layer.sharedExpert(network(activation, reference));
  }

  private FeedForward network(Activation activation, ReferenceCase reference) {
    return DenseFeedForward.of(GluExperts.of(
        activation,
        stackOfOne(reference.input(gate, -1, -1)),
        null,
        stackOfOne(reference.input(up, -1, -1)),
        null,
        stackOfOne(reference.input(down, -1, -1)),
        null));
  }

  /** Compares its gradients, which are among those of the layer. */
  void compareGradients(Gradients ofLayer, Comparison comparison) {
    if (ofLayer.names().contains("shared.network.gate.weight")) {
      comparison.gradient(gate, ofLayer.get("shared.network.gate.weight"));
      comparison.gradient(up, ofLayer.get("shared.network.up.weight"));
      comparison.gradient(down, ofLayer.get("shared.network.down.weight"));
    }
  }

  private static INDArray stackOfOne(CaseTensor matrix) {
    return matrix.array(1, matrix.size(0), matrix.size(1));
  }
}
