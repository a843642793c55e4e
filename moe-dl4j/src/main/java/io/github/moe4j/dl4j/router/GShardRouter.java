package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * GShard's best expert and a second kept by a policy.
 *
 * @param second policy of the second expert in training
 */
public record GShardRouter(@JsonProperty("second") GShard.Second second) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public GShardRouter {
    GShard.top2(second);
  }

  @Override
  public RoutingRule rule() {
    return GShard.top2(second);
  }
}
