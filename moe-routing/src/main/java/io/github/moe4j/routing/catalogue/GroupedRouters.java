package io.github.moe4j.routing.catalogue;

import static io.github.moe4j.routing.catalogue.LibraryRouter.topK;

import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import io.github.moe4j.routing.catalogue.LibraryRouter.Text;
import java.util.List;

/** Groups of experts, and expert biases. */
final class GroupedRouters {
  private static final int MOST_GROUPS = 4;

  private static final NumberOption GROUPS = NumberOption.wholeBySize(
      "groups", "groups of experts, a divisor of E; default the largest up to 4");
  private static final NumberOption KEPT = NumberOption.wholeBySize(
      "kept", "groups that a token may choose from; default half of them, more if k requires it");
  private static final NumberOption SCALE_V2 = NumberOption.of("scale", "factor on the weights", 1);
  private static final NumberOption SCALE_V3 =
      NumberOption.of("scale", "factor on the weights", DeepSeekV3.weights(1).scale());

  private GroupedRouters() {}

  static List<RouterProvider> all() {
    RouterTraits k = RouterTraits.of(ChoiceCount.k());
    return List.of(
        LibraryRouter.rule(
            new Text(
                "deepseek-v2",
                "DeepSeek-V2",
                "deepseek-v2",
                "top-k of p within the groups with the best experts, times a scale",
                "DeepSeek-V2, V2-Lite, VL2",
                "O(E·k)"),
            k,
            List.of(GROUPS, KEPT, SCALE_V2),
            (config, parts) -> v2(config)),
        LibraryRouter.rule(
                new Text(
                    "deepseek-v3",
                    "DeepSeek-V3",
                    "deepseek-v3",
                    "top-k of σ(l) + b within the best groups; weights 2.5·σ/Σσ",
                    "DeepSeek-V3 and R1, Kimi K2, GLM-4.5, torchtitan",
                    "O(E·k)"),
                k.withBias(BiasUse.SCORES),
                List.of(GROUPS, KEPT, SCALE_V3),
                GroupedRouters::v3)
            .balancedBy("v3-sign"),
        LibraryRouter.rule(
                new Text(
                    "biased-top-k",
                    "Biased top-k",
                    "biased-top-k",
                    "top-k of l + b; weights as top-k, of l alone",
                    "Megatron-LM `quantile_balancing`",
                    "O(E·k)"),
                k.withBias(BiasUse.LOGITS),
                List.of(),
                (config, parts) -> new BiasedTopK(topK(config), parts.bias()))
            .balancedBy("quantile"));
  }

  private static RoutingRule v2(RouterConfig config) {
    int groups = groups(config, 1);
    return DeepSeekV2.of(config.k(), groups, kept(config, groups), config.number(SCALE_V2));
  }

  private static RoutingRule v3(RouterConfig config, RouterParts parts) {
    int groups = groups(config, 2);
    TopK published = DeepSeekV3.weights(config.k());
    TopK weights = new TopK(
        config.k(),
        published.scores(),
        config.k() == 1 ? TopKNormalization.none() : published.norm(),
        config.number(SCALE_V3));
    ExpertGroups best = new ExpertGroups(
        groups,
        kept(config, groups),
        Math.min(2, Math.max(1, config.experts() / groups)),
        ExpertGroups.Outside.NEGATIVE_INFINITY);
    return new DeepSeekV3(weights, parts.bias(), best);
  }

  /** As given, or the largest divisor of E up to four that leaves so many experts in a group. */
  private static int groups(RouterConfig config, int leastExperts) {
    return (int) config.find(GROUPS).orElseGet(() -> {
      int most = Math.min(MOST_GROUPS, config.experts() / leastExperts);
      while (most > 1 && config.experts() % most != 0) {
        most--;
      }
      return Math.max(1, most);
    });
  }

  /** As given, or half of the groups, or more if these have fewer than k experts. */
  private static int kept(RouterConfig config, int groups) {
    return (int) config.find(KEPT).orElseGet(() -> {
      int needed = (config.k() * groups + config.experts() - 1) / config.experts();
      return Math.max(Math.max(1, groups / 2), needed);
    });
  }
}
