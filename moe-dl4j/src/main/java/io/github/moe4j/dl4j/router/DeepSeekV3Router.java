package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DeepSeek-V3: top-k of {@code sigmoid(logit) + bias} within the best groups; the bias follows the
 * load by its sign.
 *
 * @param k experts a token
 * @param groups of experts, each of at least two; 1 for none
 * @param kept groups that a token may choose from
 * @param biasRate what the bias moves by at each iteration; 0.001 in the paper
 */
public record DeepSeekV3Router(
    @JsonProperty("k") int k,
    @JsonProperty("groups") int groups,
    @JsonProperty("kept") int kept,
    @JsonProperty("biasRate") double biasRate)
    implements BiasedRouter {
  /** Checks the options. */
  @JsonCreator
  public DeepSeekV3Router {
    Require.positive("k", k);
    Require.positive("groups", groups);
    Require.that(
        kept >= 1 && kept <= groups, "kept must be in [1, groups = %d] but was %d", groups, kept);
    Rules.requireBiasRate(biasRate);
  }

  /** Without groups. */
  public static DeepSeekV3Router of(int k) {
    return new DeepSeekV3Router(k, 1, 1, 1e-3);
  }

  @Override
  public RoutingRule rule(ExpertBias bias) {
    // With one choice normalized weights would always be 1 and the router could not learn.
    TopKNormalization norm = k == 1 ? TopKNormalization.none() : TopKNormalization.sum(1e-20);
    TopK weights = new TopK(k, ScoreFunction.SIGMOID, norm, 2.5);
    ExpertGroups among = groups == 1 ? ExpertGroups.none() : ExpertGroups.byBestTwo(groups, kept);
    return new DeepSeekV3(weights, bias, among);
  }
}
