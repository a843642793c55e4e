package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The names of routed experts whose gate and up projections are one array.
 *
 * @param gateUp input with rows gate, then up [E,2H,D]
 * @param down input with the down projections [E,D,H]
 */
record StackedExperts(String gateUp, String down) {
  /** As Hugging Face's blocks are recorded. */
  static final StackedExperts HUGGING_FACE =
      new StackedExperts("experts_gate_up_proj", "experts_down_proj");

  /** The experts of a case, {@code num_experts} of width {@code f}. */
  Experts of(ReferenceCase reference, Glu glu) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    int hidden = config.integer("f", -1);
    CaseTensor both = reference.input(gateUp, experts, hidden < 0 ? -1 : 2L * hidden, -1);
    GateUp split = GateUp.split(both);
    return glu.over(
        split.gate(),
        null,
        split.up(),
        null,
        reference.input(down, experts, both.size(2), both.size(1) / 2).array(),
        null);
  }

  /** Compares their gradients, which are among those of the layer. */
  void compareGradients(Gradients ofLayer, Comparison comparison) {
    visit(ofLayer, comparison::gradient);
  }

  /** Gives the arrays of a layer's experts, or their gradients, by the names of the case. */
  void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
    GateUp both = new GateUp(ofLayer.get("experts.gate.weight"), ofLayer.get("experts.up.weight"));
    visitor.accept(gateUp, both.joined());
    visitor.accept(down, ofLayer.get("experts.down.weight"));
  }
}
