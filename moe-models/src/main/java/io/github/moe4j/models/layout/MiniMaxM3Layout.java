package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * MiniMax-M3: routing as in M2, the clamped SwiGLU of gpt-oss in routed and shared experts, and a factor on the routed
 * sum alone ({@code MiniMaxM3VLSparseMoeBlock} in Hugging Face). Of a model that also sees pictures, the text part.
 *
 * <p>Published with gate and up of the shared expert apart, kept by newer code in one tensor.
 */
final class MiniMaxM3Layout implements Layout {
  @Override
  public String name() {
    return "minimax_m3_vl";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("minimax_m3_vl", "minimax_m3_vl_text");
  }

  @Override
  public String architecture() {
    return "MiniMaxM3(VL|Sparse)";
  }

  @Override
  public void check(ModelConfig config) {
    ModelConfig text = config.text();
    String activation = text.text("hidden_act", "silu");
    if (!activation.equals("silu") && !activation.equals("swigluoai")) {
      throw text.unsupported("hidden_act", "silu, swigluoai");
    }
    text.requireText("scoring_func", "sigmoid");
    topK(text);
  }

  private static TopK topK(ModelConfig text) {
    int k = sizes(text).choices(text, "num_experts_per_tok", 4);
    return new TopK(k, ScoreFunction.SIGMOID, TopKNormalization.sum(), 1);
  }

  private static BlockSizes sizes(ModelConfig text) {
    return BlockSizes.of(text, "num_local_experts", "num_experts", "intermediate_size");
  }

  /** By the types of layers, or by the older list of 0 and 1. */
  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    ModelConfig text = config.text();
    List<Integer> sparse = text.nullAsAbsent("moe_layer_freq").integers("moe_layer_freq");
    int layers = text.size("num_hidden_layers");
    if (!sparse.isEmpty() && sparse.size() != layers) {
      throw new LayoutException(
          "config moe_layer_freq must have a number for each of %d layers but has %d",
          layers, sparse.size());
    }
    return Blocks.byTypes(text, layer -> sparse.isEmpty() || sparse.get(layer) != 0);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    ModelConfig text = config.text();
    BlockSizes sizes = sizes(text);
    int hidden = text.size("shared_intermediate_size");
    List<String> roots = config.isSet("text_config") ? Roots.OLDER_LANGUAGE : Roots.MODEL;
    List<List<LayoutPart>> forms = new ArrayList<>(MlpForms.of(
        roots,
        block,
        BlockNames.mixtral("block_sparse_moe"),
        sizes,
        module -> GluParts.join(
            List.of(SelectionBias.of(module + ".e_score_correction_bias", sizes)),
            GluParts.shared(module + ".shared_experts", sizes.width(), hidden))));
    forms.addAll(MlpForms.of(
        roots,
        block,
        BlockNames.MLP,
        sizes,
        mlp -> List.of(
            SelectionBias.of(mlp + ".gate.e_score_correction_bias", sizes),
            FusedPair.shared(mlp + ".shared_experts.gate_up_proj.weight", sizes.width(), hidden),
            WholeTensor.stackOfOne(
                mlp + ".shared_experts.down_proj.weight",
                "shared.network.down.weight",
                sizes.width(),
                hidden))));
    return List.copyOf(forms);
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ModelConfig text = config.text();
    ClampedSwiGlu swiGlu =
        new ClampedSwiGlu(text.number("swiglu_alpha", 1.702), text.number("swiglu_limit", 7));
    DeepSeekV3 rule = new DeepSeekV3(topK(text), SelectionBias.in(arrays), ExpertGroups.none());
    return MoeLayer.builder(
            GatedRouter.of(Jitter.before(arrays.gate(), text.rate("router_jitter_noise", 0)), rule),
            ScaledOutput.of(arrays.glu(swiGlu), text.number("routed_scaling_factor", 2)))
        .sharedExpert(arrays.shared(swiGlu));
  }
}
