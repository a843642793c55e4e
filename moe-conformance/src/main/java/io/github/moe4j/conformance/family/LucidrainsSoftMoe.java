package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.soft.SlotNormalization;
import io.github.moe4j.core.soft.SoftMoe;
import io.github.moe4j.core.soft.SoftMoeOptions;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code SoftMoE} of soft-moe-pytorch: plain experts with GELU, or {@code fc2(v·gelu(g))} with v and
 * g the halves of fc1. Padding gets the mean of all slots.
 */
final class LucidrainsSoftMoe implements ReferenceFamily {
  @Override
  public String name() {
    return "lucidrains_soft_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    TokenBatch input = input(reference);
    INDArray upstream = reference.input("objective_weight").array(input.tokens(), input.width());
    SoftMoe layer = layer(reference);
    try (FeedForwardPass run = layer.forward(input)) {
      comparison.output("output", run.y());
      comparison.output("objective", run.y().mul(upstream).sumNumber().doubleValue());
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, input.tokens(), input.width());
      Gradients gradients = layer.parameters().zeroGradients();
      run.backward(upstream, dx, gradients);
      comparison.gradient("x", dx);
      comparison.gradient("norm_gamma", gradients.get("norm.gamma"));
      comparison.gradient("slot_norm_gamma", gradients.get("slotNorm.gamma"));
      comparison.gradient("slot_embeds", gradients.get("slots"));
      compareExperts(reference, gradients, comparison);
    }
  }

  private static void compareExperts(
      ReferenceCase reference, Gradients gradients, Comparison comparison) {
    boolean gated = reference.config().flag("geglu");
    for (String kind : new String[] {"weight", "bias"}) {
      String suffix = kind.equals("bias") ? "_bias" : "";
      INDArray up = gradients.get("experts.up." + kind);
      comparison.gradient(
          "fc1" + suffix,
          gated ? WeightLayouts.joined(up, gradients.get("experts.gate." + kind)) : up);
      comparison.gradient("fc2" + suffix, gradients.get("experts.down." + kind));
    }
  }

  private static TokenBatch input(ReferenceCase reference) {
    CaseTensor x = reference.input("x", -1, -1, -1);
    TokenBatch input =
        TokenBatch.evaluation(x.rows()).differentiable().withSequenceLength(x.size(1));
    CaseTensor flags = reference.optionalInput("mask").orElse(null);
    if (flags == null) {
      return input;
    }
    TokenMask mask = TokenMask.of(flags.flags());
    for (int from = 0; from < mask.tokens(); from += x.size(1)) {
      if (mask.validTokens(from, from + x.size(1)) == 0) {
        throw new UnsupportedCaseException(
            "a sequence is padding alone: the code then mixes its padding into the slots");
      }
    }
    return input.withMask(mask);
  }

  private static SoftMoe layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    SlotNormalization normalization =
        config.flag("use_layernorm") ? SlotNormalization.LAYER_NORM : SlotNormalization.RMS;
    SoftMoe layer = SoftMoe.of(
        experts(reference),
        reference
            .input("slot_embeds", config.size("num_experts"), config.size("num_slots"), -1)
            .array(),
        SoftMoeOptions.lucidrains().withNormalization(normalization));
    layer
        .parameters()
        .get("norm.gamma")
        .assign(reference.input("norm_gamma", -1).array());
    layer
        .parameters()
        .get("slotNorm.gamma")
        .assign(reference.input("slot_norm_gamma", -1).array());
    return layer;
  }

  private static Experts experts(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    INDArray in = reference.input("fc1", experts, -1, -1).array();
    INDArray inBias = reference.input("fc1_bias", experts, -1).array();
    INDArray out = reference.input("fc2", experts, -1, -1).array();
    INDArray outBias = reference.input("fc2_bias", experts, -1).array();
    if (!reference.config().flag("geglu")) {
      return FfnExperts.of(Activation.GELU, in, inBias, out, outBias);
    }
    return GluExperts.of(
        Activation.GELU,
        WeightLayouts.half(in, 1),
        WeightLayouts.half(inBias, 1),
        WeightLayouts.half(in, 0),
        WeightLayouts.half(inBias, 0),
        out,
        outBias);
  }
}
