package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;
import java.util.Set;

/**
 * DeepSeek-V3, R1 and models that route as they do: sigmoid scores, groups and experts chosen with a bias, shared experts ({@code
 * DeepseekV3MoE} in Hugging Face, where experts of other groups are never chosen).
 *
 * <p>Multi-token prediction layers, after {@code num_hidden_layers}, are
 * ignored.
 *
 * @param name of the family
 * @param modelTypes that its configs have
 * @param architecture what its classes begin with
 * @param dense layers before the first sparse one if the config does not say
 * @param groups of experts if the config does not say
 * @param keptGroups the groups that a token may use, likewise
 * @param isNormalized whether weights are divided by their sum, likewise
 * @param factor of the weights, likewise
 */
record DeepSeekV3Layout(
    String name,
    Set<String> modelTypes,
    String architecture,
    int dense,
    int groups,
    int keptGroups,
    boolean isNormalized,
    double factor)
    implements Layout {
  /** DeepSeek-V3, R1 and Kimi-K2. */
  static DeepSeekV3Layout deepSeekV3() {
    return new DeepSeekV3Layout(
        "deepseek_v3", Set.of("deepseek_v3", "kimi_k2"), "DeepseekV3", 3, 8, 4, true, 2.5);
  }

  /** GLM-4.5 ({@code Glm4MoeMoE}). */
  static DeepSeekV3Layout glm4() {
    return new DeepSeekV3Layout("glm4_moe", Set.of("glm4_moe"), "Glm4Moe", 1, 1, 1, true, 1);
  }

  /** DeepSeek-V3.2 ({@code DeepseekV32MoE}). */
  static DeepSeekV3Layout deepSeekV32() {
    return new DeepSeekV3Layout(
        "deepseek_v32", Set.of("deepseek_v32"), "DeepseekV32", 3, 8, 4, true, 2.5);
  }

  /** dots.llm1 ({@code Dots1MoE}), whose {@code scoring_func} is called {@code noaux_tc}. */
  static DeepSeekV3Layout dots1() {
    return new DeepSeekV3Layout("dots1", Set.of("dots1"), "Dots1", 0, 1, 1, false, 1);
  }

  @Override
  public void check(ModelConfig config) {
    if (!config.text("scoring_func", "sigmoid").equals("noaux_tc")) {
      config.requireText("scoring_func", "sigmoid");
    }
    config.requireText("topk_method", "noaux_tc");
    topK(config);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return DeepSeekParts.blocks(config, dense);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = DeepSeekParts.sizes(config);
    return MlpForms.of(
        block,
        sizes,
        mlp -> GluParts.join(
            List.of(SelectionBias.of(mlp + ".gate.e_score_correction_bias", sizes)),
            DeepSeekParts.shared(config, mlp)));
  }

  private TopK topK(ModelConfig config) {
    return new TopK(
        DeepSeekParts.choices(config, groups(config)),
        ScoreFunction.SIGMOID,
        config.flag("norm_topk_prob", isNormalized)
            ? TopKNormalization.sum(1e-20)
            : TopKNormalization.none(),
        config.number("routed_scaling_factor", factor));
  }

  private ExpertGroups groups(ModelConfig config) {
    return DeepSeekParts.groups(config, groups, keptGroups, 2, Outside.NEGATIVE_INFINITY);
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return DeepSeekParts.layer(
        config, arrays, new DeepSeekV3(topK(config), SelectionBias.in(arrays), groups(config)));
  }
}
