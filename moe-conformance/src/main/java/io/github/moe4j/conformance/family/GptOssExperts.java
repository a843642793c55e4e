package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What both forms of gpt-oss share: softmax over the k chosen logits, and its experts. */
final class GptOssExperts {
  private GptOssExperts() {}

  /**
   * The layer of a case.
   *
   * @param gateUp rows gate, up, gate, up … [E,2H,D], its bias [E,2H]
   * @param down [E,D,H], its bias [E,D]
   */
  static MoeLayer layer(
      CaseConfig config,
      LinearGate gate,
      INDArray gateUp,
      INDArray gateUpBias,
      INDArray down,
      INDArray downBias) {
    ClampedSwiGlu swiGlu = new ClampedSwiGlu(config.number("alpha"), config.number("limit"));
    return MoeLayer.of(
        GatedRouter.of(gate, TopK.softmaxAfter(config.size("top_k"))),
        GluExperts.ofInterleaved(swiGlu, gateUp, gateUpBias, down, downBias));
  }

  /** The gradient of {@code gateUp} or of its bias among those of the layer. */
  static INDArray gateUpGradient(Gradients parameters, String kind) {
    return WeightLayouts.interleaved(
        parameters.get("experts.gate." + kind), parameters.get("experts.up." + kind));
  }
}
