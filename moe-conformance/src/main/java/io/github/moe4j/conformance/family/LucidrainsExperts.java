package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.GluExperts;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@code Expert} of st-moe-pytorch: {@code fc2(gelu(g) ⊙ v ⊙ mult_bias)} with {@code (v, g) =
 * fc1(x)}. The multiplicative bias is folded into the down projection.
 *
 * @param networks gated experts
 * @param fc2 down projection without the bias [E,D,H]
 * @param scale the bias beside every row of fc2 [E,D,H]
 */
record LucidrainsExperts(GluExperts networks, INDArray fc2, INDArray scale) {
  /** The experts of a case. */
  static LucidrainsExperts of(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    GateUp valueGate = GateUp.split(reference.input("fc1", experts, -1, -1));
    INDArray biases = reference.input("fc1_bias", experts, -1).array();
    long hidden = biases.size(1) / 2;
    CaseTensor down = reference.input("fc2", experts, -1, hidden);
    INDArray scale = RepeatedRows.of(reference.input("mult_bias", experts, hidden), down.size(1))
        .reshape('c', experts, down.size(1), hidden);
    INDArray fc2 = down.array();
    GluExperts networks = GluExperts.of(
        Activation.GELU,
        valueGate.up(),
        columns(biases, hidden, 2 * hidden),
        valueGate.gate(),
        columns(biases, 0, hidden),
        fc2.mul(scale),
        reference.input("fc2_bias", experts, -1).array());
    return new LucidrainsExperts(networks, fc2, scale);
  }

  /** Compares the gradients, which are among those of the layer. */
  void compareGradients(Gradients ofLayer, Comparison comparison) {
    GateUp valueGate =
        new GateUp(ofLayer.get("experts.up.weight"), ofLayer.get("experts.gate.weight"));
    INDArray dDown = ofLayer.get("experts.down.weight");
    comparison.gradient("fc1", valueGate.joined());
    comparison.gradient(
        "fc1_bias",
        Nd4j.concat(1, ofLayer.get("experts.up.bias"), ofLayer.get("experts.gate.bias")));
    comparison.gradient("mult_bias", dDown.mul(fc2).sum(1));
    comparison.gradient("fc2", dDown.mul(scale));
    comparison.gradient("fc2_bias", ofLayer.get("experts.down.bias"));
  }

  private static INDArray columns(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup('c');
  }
}
