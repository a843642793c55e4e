package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Parameterised;
import io.github.moe4j.core.Parameters;

/**
 * Turns router scores into assignments. It remembers no pass; all it needs comes in through arguments
 * and, if it learns something itself, parameters.
 */
public interface RoutingRule extends Parameterised {
  /** None, as most rules have. */
  @Override
  default Parameters parameters() {
    return Parameters.none();
  }

  /**
   * Checks that the rule works with this many experts; called once, when a router is built.
   *
   * @param experts number of experts E
   */
  void requireFits(int experts);

  /**
   * Decides.
   *
   * @param logits raw scores [T,E]
   * @param input mask, ids, generator and mode of the pass
   */
  RuleResult apply(Logits logits, MoeInput input);
}
