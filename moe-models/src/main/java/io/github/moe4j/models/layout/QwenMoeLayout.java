package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Qwen's models since Qwen1.5-MoE: softmax, renormalized if {@code norm_topk_prob}, SwiGLU experts, and in some a
 * shared expert behind a sigmoid gate ({@code Qwen2MoeSparseMoeBlock} and its successors in Hugging Face). Of models
 * that also see pictures, the text part. Layers of multi-token prediction are ignored.
 *
 * @param name of the family
 * @param modelTypes that its configs have
 * @param architecture what its classes begin with
 * @param choices experts of a token if the config does not say
 * @param normalization of the chosen probabilities
 * @param hasShared whether there is a shared expert
 * @param stacked from which side the experts are multiplied, if they are published in two tensors of all
 */
record QwenMoeLayout(
    String name,
    Set<String> modelTypes,
    String architecture,
    int choices,
    Normalization normalization,
    boolean hasShared,
    @Nullable Side stacked)
    implements Layout {
  /** Whether chosen probabilities are divided by their sum. */
  enum Normalization {
    /** As {@code norm_topk_prob} says, which is false if it is not set. */
    OFF_UNLESS_SET,
    /** As {@code norm_topk_prob} says, which is true if it is not set. */
    ON_UNLESS_SET,
    /** Always. */
    ON
  }

  /** Qwen2-MoE and Qwen1.5-MoE. */
  static QwenMoeLayout qwen2() {
    return new QwenMoeLayout(
        "qwen2_moe", Set.of("qwen2_moe"), "Qwen2Moe", 4, Normalization.OFF_UNLESS_SET, true, null);
  }

  /** Qwen3-MoE. */
  static QwenMoeLayout qwen3() {
    return new QwenMoeLayout(
        "qwen3_moe", Set.of("qwen3_moe"), "Qwen3Moe", 8, Normalization.OFF_UNLESS_SET, false, null);
  }

  /** Qwen3-Next ({@code Qwen3NextSparseMoeBlock}). */
  static QwenMoeLayout qwen3Next() {
    return new QwenMoeLayout(
        "qwen3_next",
        Set.of("qwen3_next"),
        "Qwen3Next",
        10,
        Normalization.ON_UNLESS_SET,
        true,
        null);
  }

  /** Qwen3.5-MoE ({@code Qwen3_5MoeSparseMoeBlock}). */
  static QwenMoeLayout qwen35() {
    return new QwenMoeLayout(
        "qwen3_5_moe",
        Set.of("qwen3_5_moe", "qwen3_5_moe_text"),
        "Qwen3_5Moe",
        8,
        Normalization.ON,
        true,
        Side.LEFT);
  }

  /** Qwen3-VL-MoE ({@code Qwen3VLMoeTextSparseMoeBlock}). */
  static QwenMoeLayout qwen3Vl() {
    return new QwenMoeLayout(
        "qwen3_vl_moe",
        Set.of("qwen3_vl_moe", "qwen3_vl_moe_text"),
        "Qwen3VLMoe",
        4,
        Normalization.ON,
        false,
        Side.RIGHT);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.qwen(config.text());
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    ModelConfig text = config.text();
    BlockSizes sizes = sizes(text);
    int shared = hasShared ? text.size("shared_expert_intermediate_size") : 0;
    return stacked == null
        ? MlpForms.of(block, sizes, mlp -> shared(mlp, sizes, shared))
        : MlpForms.stacked(
            config.isSet("text_config") ? Roots.LANGUAGE : Roots.MODEL,
            block,
            BlockNames.MLP,
            stacked,
            sizes,
            mlp -> shared(mlp, sizes, shared));
  }

  private List<LayoutPart> shared(String mlp, BlockSizes sizes, int hidden) {
    return hasShared
        ? GluParts.join(
            GluParts.shared(mlp + ".shared_expert", sizes.width(), hidden),
            List.of(WholeTensor.of(
                mlp + ".shared_expert_gate.weight", "shared.gate.weight", 1, sizes.width())))
        : List.of();
  }

  private static BlockSizes sizes(ModelConfig text) {
    return BlockSizes.of(text, "num_experts", "num_local_experts", "moe_intermediate_size");
  }

  @Override
  public void check(ModelConfig config) {
    if (normalization == Normalization.ON) {
      config.text().requireOn("norm_topk_prob");
    }
    rule(config.text());
  }

  private TopK rule(ModelConfig text) {
    boolean isNormalized = normalization != Normalization.OFF_UNLESS_SET;
    return SoftmaxTopK.of(text, choices, isNormalized, sizes(text));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ModelConfig text = config.text();
    Activation activation = text.activation("hidden_act", "silu");
    MoeLayer.Builder layer =
        MoeLayer.builder(GatedRouter.of(arrays.gate(), rule(text)), arrays.glu(activation));
    return hasShared ? layer.sharedExpert(arrays.shared(activation)) : layer;
  }
}
