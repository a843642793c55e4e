package io.github.moe4j.models.layout;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.Vectors;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DeepSeek-V3 and R1: sigmoid scores, groups and experts chosen with a bias, shared experts ({@code
 * DeepseekV3MoE} in Hugging Face, where experts of other groups are never chosen).
 *
 * <p>Multi-token prediction layers, after {@code num_hidden_layers}, are
 * ignored.
 */
final class DeepSeekV3Layout implements Layout {
  private static final String BIAS = "router.selection_bias";

  @Override
  public String name() {
    return "deepseek_v3";
  }

  @Override
  public String architecture() {
    return "DeepseekV3";
  }

  @Override
  public void check(ModelConfig config, Set<String> names) {
    Layout.super.check(config, names);
    config.requireText("scoring_func", "sigmoid");
    config.requireText("topk_method", "noaux_tc");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return DeepSeekParts.blocks(config, 3);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = DeepSeekParts.sizes(config);
    return MlpForms.of(
        block,
        sizes,
        mlp -> GluParts.join(
            List.of(WholeTensor.of(mlp + ".gate.e_score_correction_bias", BIAS, sizes.experts())),
            DeepSeekParts.shared(config, mlp)));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    TopK topK = new TopK(
        config.size("num_experts_per_tok"),
        ScoreFunction.SIGMOID,
        config.flag("norm_topk_prob", true)
            ? TopKNormalization.sum(1e-20)
            : TopKNormalization.none(),
        config.number("routed_scaling_factor", 2.5));
    ExpertBias bias = ExpertBias.of(Vectors.read(arrays.get(BIAS)));
    return DeepSeekParts.layer(config, arrays, new DeepSeekV3(topK, bias, groups(config)));
  }

  private static ExpertGroups groups(ModelConfig config) {
    int groups = config.size("n_group", 8);
    return groups == 1
        ? ExpertGroups.none()
        : ExpertGroups.byBestTwo(groups, config.size("topk_group", 4));
  }

  @Override
  public void addState(MoeLayer layer, LayerArrays arrays) {
    if (layer.router() instanceof GatedRouter router && router.rule() instanceof DeepSeekV3 rule) {
      arrays.put(BIAS, Nd4j.createFromArray(rule.bias().values()));
    }
  }
}
