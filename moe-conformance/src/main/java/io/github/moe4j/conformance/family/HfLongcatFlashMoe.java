package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@code LongcatFlashMoE} of Hugging Face: a softmax over networks and experts that return their
 * token, chosen with a bias, weighed without it, times a factor. The array of gate and up projections
 * has rows for the latter too, which nothing reads.
 */
final class HfLongcatFlashMoe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_longcat_flash_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int networks = config.size("n_routed_experts");
    int experts = networks + config.integer("zero_expert_num", 0);
    if (config.isSet("zero_expert_type") && !config.text("zero_expert_type").equals("identity")) {
      throw new UnsupportedCaseException(
          "config zero_expert_type is " + config.text("zero_expert_type"));
    }
    DeepSeekV3 rule = new DeepSeekV3(
        TopK.unnormalized(config.size("top_k")).withScale(config.number("routed_scaling_factor")),
        ExpertBias.of(reference.input("e_score_correction_bias", experts).values()),
        ExpertGroups.none());
    LinearGate gate =
        LinearGate.of(reference.input("router_weight", experts, -1).array());
    CaseTensor gateUp =
        reference.input("experts_gate_up_proj", experts, 2L * config.size("f"), gate.modelWidth());
    MoeLayer layer =
        MoeLayer.of(GatedRouter.of(gate, rule), experts(reference, GateUp.split(gateUp), networks));
    Gradients gradients =
        HfBlock.run(reference, comparison, layer, HfBlock.lossRule(reference)).part("experts");
    GateUp used = new GateUp(gradients.get("0.gate.weight"), gradients.get("0.up.weight"));
    INDArray unused =
        Nd4j.zeros(DataType.DOUBLE, experts - networks, 2L * config.size("f"), gate.modelWidth());
    comparison.gradient(
        "experts_gate_up_proj",
        unused.isEmpty() ? used.joined() : Nd4j.concat(0, used.joined(), unused));
    comparison.gradient("experts_down_proj", gradients.get("0.down.weight"));
  }

  private static Experts experts(ReferenceCase reference, GateUp gateUp, int networks) {
    int copies = (int) gateUp.gate().size(0) - networks;
    int width = (int) gateUp.gate().size(2);
    GluExperts glu = GluExperts.of(
        Activations.of(reference.config()),
        first(gateUp.gate(), networks),
        null,
        first(gateUp.up(), networks),
        null,
        reference.input("experts_down_proj", networks, width, -1).array(),
        null);
    return copies == 0
        ? CompositeExperts.of(glu)
        : CompositeExperts.of(glu, new CopyExperts(copies, width, DataType.DOUBLE));
  }

  /** The arrays of the first experts. */
  private static INDArray first(INDArray ofAll, int experts) {
    return ofAll.get(NDArrayIndex.interval(0, experts)).dup('c');
  }
}
