package io.github.moe4j.models.layout;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertScale;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashRule;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.SparseMixer;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.Locale;

/** Routers and capacity rules of published models in words. */
final class RouterText {
  private RouterText() {}

  /** Such as {@code top 2 of softmax, weights divided by their sum}. */
  static String of(Router router) {
    return router instanceof GatedRouter gated
        ? of(gated.rule())
        : router.getClass().getSimpleName();
  }

  /** Such as {@code dropless}. */
  static String of(CapacityRule rule) {
    if (rule instanceof LimitedCapacity limited) {
      return limited.perSequence() ? "limited per sequence" : "limited per batch";
    }
    return rule instanceof Dropless ? "dropless" : "limited";
  }

  private static String of(RoutingRule rule) {
    if (rule instanceof TopK topK) {
      return of(topK, "");
    }
    if (rule instanceof DeepSeekV2 v2) {
      return of(v2.topK(), of(v2.groups()));
    }
    if (rule instanceof DeepSeekV3 v3) {
      return of(v3.topK(), " plus a selection bias" + of(v3.groups()));
    }
    if (rule instanceof ExpertScale scaled) {
      return of(scaled.rule()) + ", times a factor of each expert";
    }
    if (rule instanceof HashRule hash) {
      return "by a table of token ids, " + weights(hash.weights()) + " of "
          + scores(hash.weights());
    }
    if (rule instanceof Switch) {
      return "top 1 of softmax, weights as they are";
    }
    if (rule instanceof GShard) {
      return "top 2 of softmax (GShard)";
    }
    return rule instanceof SparseMixer
        ? "top 2 by SparseMixer"
        : rule.getClass().getSimpleName();
  }

  private static String of(TopK topK, String by) {
    return "top %d of %s%s, %s".formatted(topK.k(), scores(topK), by, weights(topK));
  }

  private static String of(ExpertGroups groups) {
    return groups.groups() == 1
        ? ""
        : " in %d of %d groups".formatted(groups.kept(), groups.groups());
  }

  private static String scores(TopK topK) {
    return topK.scores().name().toLowerCase(Locale.ROOT);
  }

  private static String weights(TopK topK) {
    TopKNormalization norm = topK.norm();
    String weights = norm.power() == 0
        ? "weights as they are"
        : "weights divided by their " + (norm.power() == 1 ? "sum" : norm.power() + "-norm");
    return topK.scale() == 1 ? weights : weights + ", times " + topK.scale();
  }
}
