package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * DeepSeek-V2: softmax, plain or group-limited top-k, weights times a factor, shared experts ({@code
 * DeepseekV2Moe} in Hugging Face).
 *
 * <p>Renormalized weights are rejected: DeepSeek's code then omits the factor, Hugging Face's
 * ignores the field.
 */
final class DeepSeekV2Layout implements Layout {
  @Override
  public String name() {
    return "deepseek_v2";
  }

  @Override
  public String architecture() {
    return "DeepseekV2";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireOff("norm_topk_prob");
    config.requireOff("mlp_bias");
    config.requireText("scoring_func", "softmax");
    rule(config);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return DeepSeekParts.blocks(config, 0);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    return MlpForms.of(
        block, DeepSeekParts.sizes(config), mlp -> DeepSeekParts.shared(config, mlp));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return DeepSeekParts.layer(config, arrays, rule(config));
  }

  private static DeepSeekV2 rule(ModelConfig config) {
    ExpertGroups groups = groups(config);
    TopK topK = TopK.unnormalized(DeepSeekParts.choices(config, groups))
        .withScale(config.number("routed_scaling_factor", 1));
    return new DeepSeekV2(topK, groups);
  }

  private static ExpertGroups groups(ModelConfig config) {
    return switch (config.text("topk_method", "greedy")) {
      case "greedy" -> ExpertGroups.none();
      case "group_limited_greedy" -> DeepSeekParts.groups(config, 0, 0, 1, Outside.ZERO);
      default -> throw config.unsupported("topk_method", "greedy, group_limited_greedy");
    };
  }
}
