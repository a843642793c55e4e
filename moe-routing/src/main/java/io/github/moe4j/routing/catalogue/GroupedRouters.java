package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.catalogue.LibraryRouter.Text;
import java.util.List;
import java.util.stream.Stream;

/** Groups of experts, and expert biases. */
final class GroupedRouters {
  private static final int MOST_GROUPS = 4;

  private static final NumberOption GROUPS = NumberOption.wholeBySize(
      "groups", "groups of experts, a divisor of E; default the largest up to 4");
  private static final NumberOption KEPT = NumberOption.wholeBySize(
      "kept", "groups that a token may choose from; default half of them, more if k requires it");
  private static final NumberOption BEST = NumberOption.wholeBySize(
      "best",
      "experts whose scores make that of a group; default 1 of V2, 2 of V3 if it has so many");
  private static final NumberOption OUTSIDE =
      NumberOption.whole("outside", "scores of experts in other groups: 0 for −∞, 1 for 0", 0);

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
            grouped(TopKOptions.V2),
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
                grouped(TopKOptions.V3),
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
                TopKOptions.SOFTMAX.all(),
                (config, parts) -> new BiasedTopK(TopKOptions.SOFTMAX.of(config), parts.bias()))
            .balancedBy("quantile"));
  }

  private static List<NumberOption> grouped(TopKOptions weights) {
    return Stream.concat(Stream.of(GROUPS, KEPT, BEST, OUTSIDE), weights.all().stream())
        .toList();
  }

  private static RoutingRule v2(RouterConfig config) {
    return new DeepSeekV2(TopKOptions.V2.of(config), limit(config, 1));
  }

  private static RoutingRule v3(RouterConfig config, RouterParts parts) {
    return new DeepSeekV3(TopKOptions.V3.of(config), parts.bias(), limit(config, 2));
  }

  private static ExpertGroups limit(RouterConfig config, int usualBest) {
    int groups = groups(config, usualBest);
    int most = Math.min(usualBest, Math.max(1, config.experts() / groups));
    int outside = config.whole(OUTSIDE);
    Require.that(outside == 0 || outside == 1, "outside must be 0 or 1 but was %d", outside);
    return new ExpertGroups(
        groups,
        kept(config, groups),
        (int) config.find(BEST).orElse(most),
        ExpertGroups.Outside.values()[outside]);
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
