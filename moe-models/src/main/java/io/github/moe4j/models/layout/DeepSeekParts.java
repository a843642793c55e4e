package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.RoutingRule;
import java.util.List;

/** What the layouts of DeepSeek-V2 and V3 share: sizes, names, which layers are sparse. */
final class DeepSeekParts {
  private DeepSeekParts() {}

  /** By their types, or every so many layers from the first sparse one on, as DeepSeek's own code counts. */
  static List<MoeBlock> blocks(ModelConfig config, int defaultDense) {
    int dense = config.count("first_k_dense_replace", defaultDense);
    int step = config.size("moe_layer_freq", 1);
    return Blocks.byTypes(config, layer -> layer >= dense && layer % step == 0);
  }

  static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "n_routed_experts", "num_local_experts", "moe_intermediate_size");
  }

  /** Shared experts of width H are one of width n·H; none if n is null or 0. */
  static List<LayoutPart> shared(ModelConfig config, String mlp) {
    BlockSizes sizes = sizes(config);
    return GluParts.sharedIfAny(
        mlp + ".shared_experts", sizes.width(), sharedExperts(config) * sizes.hidden());
  }

  static MoeLayer.Builder layer(ModelConfig config, LayerArrays arrays, RoutingRule rule) {
    Activation activation = config.activation("hidden_act", "silu");
    MoeLayer.Builder layer =
        MoeLayer.builder(GatedRouter.of(arrays.gate(), rule), arrays.glu(activation));
    return sharedExperts(config) == 0 ? layer : layer.sharedExpert(arrays.shared(activation));
  }

  private static int sharedExperts(ModelConfig config) {
    return config.nullAsAbsent("n_shared_experts").count("n_shared_experts", 0);
  }

  /**
   * The groups of {@code n_group} and {@code topk_group}.
   *
   * @param groups if not set; 0 if it must be
   * @param kept if not set; 0 if it must be
   * @param best experts that make the score of a group
   * @throws LayoutException if the numbers contradict each other
   */
  static ExpertGroups groups(ModelConfig config, int groups, int kept, int best, Outside outside) {
    int experts = sizes(config).experts();
    int n = config.choices("n_group", groups, experts, "the number of experts");
    if (n == 1) {
      return ExpertGroups.none();
    }
    if (experts % n != 0 || experts / n < best) {
      throw new LayoutException(
          "config n_group must divide %d experts into groups of at least %d but is %d",
          experts, best, n);
    }
    return new ExpertGroups(n, config.choices("topk_group", kept, n, "n_group"), best, outside);
  }

  /** How many experts a token chooses, all of them within its groups. */
  static int choices(ModelConfig config, ExpertGroups groups) {
    int most = sizes(config).experts() / groups.groups() * groups.kept();
    return config.choices(
        "num_experts_per_tok",
        0,
        most,
        groups.groups() == 1
            ? "the number of experts"
            : "the number of experts in topk_group groups");
  }
}
