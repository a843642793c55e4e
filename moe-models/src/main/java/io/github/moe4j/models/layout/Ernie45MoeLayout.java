package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;

/**
 * Ernie 4.5: softmax probabilities, chosen with a bias, divided by their sum or by {@code moe_norm_min} if that is
 * larger; SwiGLU experts and shared ones, the latter with biases if {@code use_bias} ({@code
 * Ernie4_5_MoeSparseMoeBlock} in Hugging Face).
 */
final class Ernie45MoeLayout implements Layout {
  @Override
  public String name() {
    return "ernie4_5_moe";
  }

  @Override
  public String architecture() {
    return "Ernie4_5_?Moe";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireOn("moe_use_aux_free");
    topK(config);
  }

  private static TopK topK(ModelConfig config) {
    double least = config.number("moe_norm_min", 1e-12);
    if (least < 0) {
      throw config.unsupported("moe_norm_min", "at least 0");
    }
    return new TopK(
        sizes(config).choices(config, "moe_k", 6),
        ScoreFunction.SOFTMAX,
        TopKNormalization.sumAtLeast(least),
        1);
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "moe_num_experts", "num_experts", "moe_intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    int layers = config.size("num_hidden_layers");
    int first = config.count("moe_layer_start_index", 1);
    int step = config.size("moe_layer_interval", 1);
    double given = config.number("moe_layer_end_index", -1);
    int last = given == -1 ? layers - 1 : config.count("moe_layer_end_index", 0);
    return Blocks.decoder(
        layers, layer -> layer >= first && layer <= last && (layer + 1) % step == 0);
  }

  /** Shared experts of width H are one of width n·H. */
  private static int shared(ModelConfig config) {
    return config.count("moe_num_shared_experts", 2) * sizes(config).hidden();
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return MlpForms.of(block, sizes, mlp -> {
      String statics = mlp + ".moe_statics.e_score_correction_bias";
      List<LayoutPart> bias = List.of(new SelectionBias(Place.of(statics, 1, sizes.experts())));
      return GluParts.join(bias, shared(config, mlp + ".shared_experts", sizes.width()));
    });
  }

  private static List<LayoutPart> shared(ModelConfig config, String expert, int width) {
    int hidden = shared(config);
    List<LayoutPart> weights = GluParts.sharedIfAny(expert, width, hidden);
    return hidden > 0 && config.flag("use_bias", false)
        ? GluParts.join(weights, GluParts.sharedBiases(expert, width, hidden))
        : weights;
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    Activation activation = config.activation("hidden_act", "silu");
    DeepSeekV3 rule = new DeepSeekV3(topK(config), SelectionBias.in(arrays), ExpertGroups.none());
    MoeLayer.Builder layer =
        MoeLayer.builder(GatedRouter.of(arrays.gate(), rule), arrays.glu(activation));
    return shared(config) == 0 ? layer : layer.sharedExpert(arrays.shared(activation));
  }
}
