package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;

/**
 * Mistral 4: the block of DeepSeek-V3, but with a softmax, without a selection bias, and with scores of 0 outside the
 * selected groups ({@code Mistral4MoE} in Hugging Face). Of a model that also sees pictures, the text part.
 */
final class Mistral4Layout implements Layout {
  @Override
  public String name() {
    return "mistral4";
  }

  @Override
  public String architecture() {
    return "Mistral4";
  }

  @Override
  public void check(ModelConfig config) {
    rule(config.text());
  }

  private static DeepSeekV2 rule(ModelConfig text) {
    ExpertGroups groups = DeepSeekParts.groups(text, 1, 1, 2, Outside.ZERO);
    TopK topK = new TopK(
        DeepSeekParts.choices(text, groups),
        ScoreFunction.SOFTMAX,
        text.flag("norm_topk_prob", true) ? TopKNormalization.sum(1e-20) : TopKNormalization.none(),
        text.number("routed_scaling_factor", 1));
    return new DeepSeekV2(topK, groups);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return DeepSeekParts.blocks(config.text(), 0);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    ModelConfig text = config.text();
    return MlpForms.stacked(
        config.isSet("text_config") ? Roots.OLDER_LANGUAGE : Roots.MODEL,
        block,
        BlockNames.MLP,
        Side.LEFT,
        DeepSeekParts.sizes(text),
        mlp -> DeepSeekParts.shared(text, mlp));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ModelConfig text = config.text();
    return DeepSeekParts.layer(text, arrays, rule(text));
  }
}
