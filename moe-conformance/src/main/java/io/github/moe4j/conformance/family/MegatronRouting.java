package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code topk_routing_with_score_function} of Megatron-LM by its options, and the plain top-k that
 * its balance losses count.
 */
final class MegatronRouting {
  private static final TopKNormalization SUM = TopKNormalization.sum(1e-20);

  private MegatronRouting() {}

  /** The rule that routes. */
  static RoutingRule rule(ReferenceCase reference) {
    return rule(reference.config(), bias(reference));
  }

  /** The rule that routes, with a bias that a controller may change. */
  static RoutingRule rule(CaseConfig config, ExpertBias bias) {
    ScoreFunction scores = scores(config);
    int k = config.size("topk");
    ExpertGroups groups = groups(config, k);
    double scale = config.number("scaling_factor", 0);
    // The code takes a factor of 0 for none.
    double factor = scale == 0 ? 1 : scale;
    if (scores != ScoreFunction.SOFTMAX) {
      TopKNormalization norm = k > 1 ? SUM : TopKNormalization.none();
      return new DeepSeekV3(new TopK(k, scores, norm, factor), bias, groups);
    }
    // Softmax ignores the bias.
    if (config.flag("use_pre_softmax", false)) {
      return new DeepSeekV2(TopK.unnormalized(k).withScale(factor), groups);
    }
    return new DeepSeekV2(
        TopK.softmaxAfter(k).withScale(factor), groups, DeepSeekV2.Selection.LOGITS);
  }

  /** The rule whose choices and full distribution the balance losses read. */
  static TopK auxiliary(CaseConfig config) {
    return new TopK(config.size("topk"), scores(config), TopKNormalization.none(), 1);
  }

  private static ScoreFunction scores(CaseConfig config) {
    String name = config.isSet("score_function") ? config.text("score_function") : "softmax";
    return switch (name) {
      case "softmax" -> ScoreFunction.SOFTMAX;
      case "sigmoid" -> ScoreFunction.SIGMOID;
      case "sqrtsoftplus" -> ScoreFunction.SQRT_SOFTPLUS;
      default -> throw new UnsupportedCaseException("config score_function is " + name);
    };
  }

  private static ExpertBias bias(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    return reference.config().flag("expert_bias", false)
        ? ExpertBias.of(reference.input("expert_bias", experts).values())
        : ExpertBias.zeros(experts);
  }

  private static ExpertGroups groups(CaseConfig config, int k) {
    if (config.integer("group_topk", 0) == 0) {
      return ExpertGroups.none();
    }
    int kept = config.size("group_topk");
    if (k < kept) {
      throw new UnsupportedCaseException("config group_topk is above topk: every group has the"
          + " score 0, so that the choice of groups is open");
    }
    return new ExpertGroups(
        config.size("num_groups"), kept, k / kept, ExpertGroups.Outside.NEGATIVE_INFINITY);
  }
}
