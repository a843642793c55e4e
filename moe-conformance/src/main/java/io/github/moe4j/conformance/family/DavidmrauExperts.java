package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.FfnExperts;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code MLP} of davidmrau/mixture-of-experts: {@code softmax(fc2(relu(fc1(x))))} over {@code
 * output_size} outputs, between rows as wide as the wider of inputs and outputs.
 *
 * @param networks experts of that width
 * @param in width of the inputs
 * @param out width of the outputs
 */
record DavidmrauExperts(Experts networks, int in, int out) {
  /** The experts of a case. */
  static DavidmrauExperts of(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    CaseTensor fc1 = reference.input("fc1_weight", experts, -1, -1);
    CaseTensor fc2 = reference.input("fc2_weight", experts, -1, fc1.size(1));
    int hidden = fc1.size(1);
    int in = fc1.size(2);
    int out = fc2.size(1);
    int width = Math.max(in, out);
    INDArray up = Widths.widened(fc1.array(experts * hidden, in), width);
    INDArray down = Widths.widened(fc2.array(experts, out * hidden), width * hidden);
    FfnExperts networks = FfnExperts.of(
        Activation.RELU,
        up.reshape('c', experts, hidden, width),
        reference.input("fc1_bias", experts, hidden).array(),
        down.reshape('c', experts, width, hidden),
        Widths.widened(reference.input("fc2_bias", experts, out).array(), width));
    return new DavidmrauExperts(new SoftmaxExperts(networks, out), in, out);
  }

  /** Gives the arrays of a layer's experts, or their gradients, by the names of the case. */
  void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
    INDArray up = ofLayer.get("experts.up.weight");
    INDArray down = ofLayer.get("experts.down.weight");
    long experts = up.size(0);
    long hidden = up.size(1);
    long width = up.size(2);
    visitor.accept("fc1_weight", Widths.narrowed(up.reshape('c', experts * hidden, width), in));
    visitor.accept("fc1_bias", ofLayer.get("experts.up.bias"));
    visitor.accept(
        "fc2_weight", Widths.narrowed(down.reshape('c', experts, width * hidden), out * hidden));
    visitor.accept("fc2_bias", Widths.narrowed(ofLayer.get("experts.down.bias"), out));
  }
}
