package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.SparseMixer;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * SparseMixer, two experts a token (Phi-3.5-MoE).
 *
 * @param jitter width of the mask around the best score
 */
public record SparseMixerRouter(@JsonProperty("jitter") double jitter) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public SparseMixerRouter {
    new SparseMixer(jitter);
  }

  @Override
  public RoutingRule rule() {
    return new SparseMixer(jitter);
  }
}
