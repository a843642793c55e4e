package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.Sinkhorn;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k of Sinkhorn-normalized scores when training.
 *
 * @param k experts a token
 */
public record SinkhornRouter(@JsonProperty("k") int k) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public SinkhornRouter {
    Sinkhorn.of(k);
  }

  @Override
  public RoutingRule rule() {
    return Sinkhorn.of(k);
  }
}
