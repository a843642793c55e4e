package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.ForcedBalance;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Experts in turn, whatever the scores: for measurements.
 *
 * @param k experts a token
 */
public record ForcedBalanceRouter(@JsonProperty("k") int k) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public ForcedBalanceRouter {
    new ForcedBalance(Rules.topK(k));
  }

  @Override
  public RoutingRule rule() {
    return new ForcedBalance(Rules.topK(k));
  }
}
