package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRule;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.ArrayList;
import java.util.List;

/**
 * DeepSeek-V4: experts chosen by scores plus a bias, in the first layers by a table of token ids, and weighed by the
 * scores; clamped SwiGLU in routed and shared experts, every layer sparse ({@code DeepseekV4SparseMoeBlock} in Hugging
 * Face). The mixing of residual streams around the block is not part of the layer.
 *
 * <p>Published under {@code layers.N.ffn} with names of DeepSeek's own; newer code renames them.
 */
final class DeepSeekV4Layout implements Layout {
  private static final BlockNames PUBLISHED = BlockNames.mixtral("ffn");

  @Override
  public String name() {
    return "deepseek_v4";
  }

  @Override
  public String architecture() {
    return "DeepseekV4";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireOn("norm_topk_prob");
    config.requireText("hidden_act", "silu");
    config.requireOff("mlp_bias");
    if (config.size("n_shared_experts", 1) != 1) {
      throw config.unsupported("n_shared_experts", "1");
    }
    if (config.number("swiglu_limit", 10) <= 0) {
      throw config.unsupported("swiglu_limit", "above 0");
    }
    topK(config);
    isHashed(config, 0);
  }

  private static TopK topK(ModelConfig config) {
    ScoreFunction scores = switch (config.text("scoring_func", "sqrtsoftplus")) {
      case "sqrtsoftplus" -> ScoreFunction.SQRT_SOFTPLUS;
      case "sigmoid" -> ScoreFunction.SIGMOID;
      default -> throw config.unsupported("scoring_func", "sqrtsoftplus, sigmoid");
    };
    return new TopK(
        choices(config),
        scores,
        TopKNormalization.sum(1e-20),
        config.number("routed_scaling_factor", 1.5));
  }

  private static int choices(ModelConfig config) {
    return DeepSeekParts.sizes(config).choices(config, "num_experts_per_tok", 6);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  /** By the types of layers, or of the first so many. */
  private static boolean isHashed(ModelConfig config, int layer) {
    if (!config.isSet("mlp_layer_types")) {
      return layer < config.count("num_hash_layers", 3);
    }
    List<String> types = config.texts("mlp_layer_types");
    if (types.size() != config.size("num_hidden_layers")) {
      throw new LayoutException(
          "config mlp_layer_types must have a text for each of %d layers but has %d",
          config.size("num_hidden_layers"), types.size());
    }
    return types.get(layer).equals("hash_moe");
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = DeepSeekParts.sizes(config);
    List<List<LayoutPart>> forms = new ArrayList<>(MlpForms.of(
        List.of("", "model."),
        block,
        PUBLISHED,
        sizes,
        module -> others(config, block, module, ".gate.bias", PUBLISHED)));
    forms.addAll(MlpForms.of(
        Roots.MODEL,
        block,
        BlockNames.MLP,
        sizes,
        mlp -> others(config, block, mlp, ".gate.e_score_correction_bias", BlockNames.MLP)));
    return List.copyOf(forms);
  }

  private static List<LayoutPart> others(
      ModelConfig config, MoeBlock block, String module, String bias, BlockNames names) {
    BlockSizes sizes = DeepSeekParts.sizes(config);
    LayoutPart choice = isHashed(config, block.layer())
        ? TokenTable.of(module + ".gate.tid2eid", config.size("vocab_size"), choices(config))
        : SelectionBias.of(module + bias, sizes);
    return GluParts.join(
        List.of(choice),
        GluParts.shared(module + ".shared_experts", names, sizes.width(), sizes.hidden()));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ClampedSwiGlu swiGlu = ClampedSwiGlu.deepSeekV4(config.number("swiglu_limit", 10));
    int experts = DeepSeekParts.sizes(config).experts();
    RoutingRule rule = TokenTable.isIn(arrays)
        ? HashRule.of(TokenTable.in(arrays, experts), HashKey.TOKEN_ID, topK(config))
        : new DeepSeekV3(topK(config), SelectionBias.in(arrays), ExpertGroups.none());
    return MoeLayer.builder(GatedRouter.of(arrays.gate(), rule), arrays.glu(swiGlu))
        .sharedExpert(arrays.shared(swiGlu));
  }

  @Override
  public void addState(MoeLayer layer, LayerArrays arrays) {
    SelectionBias.add(layer, arrays);
    TokenTable.add(layer, arrays);
  }
}
