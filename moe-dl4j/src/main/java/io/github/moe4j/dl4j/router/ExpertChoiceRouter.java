package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.ExpertChoice;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Each expert takes its {@code factor·T/E} best tokens; needs other tokens of the batch, also later ones.
 *
 * @param factor experts a token on average
 */
public record ExpertChoiceRouter(@JsonProperty("factor") double factor) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public ExpertChoiceRouter {
    ExpertChoice.of(factor);
  }

  @Override
  public RoutingRule rule() {
    return ExpertChoice.of(factor);
  }
}
