package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k within the best groups (DeepSeek-V2); weights times a scale.
 *
 * @param k experts a token
 * @param groups of experts
 * @param kept groups that a token may choose from
 * @param scale of the weights
 */
public record DeepSeekV2Router(
    @JsonProperty("k") int k,
    @JsonProperty("groups") int groups,
    @JsonProperty("kept") int kept,
    @JsonProperty("scale") double scale)
    implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public DeepSeekV2Router {
    DeepSeekV2.of(k, groups, kept, scale);
  }

  @Override
  public RoutingRule rule() {
    return DeepSeekV2.of(k, groups, kept, scale);
  }
}
