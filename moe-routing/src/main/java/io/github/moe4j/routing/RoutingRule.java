package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeInput;

/** Turns router scores into assignments. Stateless: all it needs comes in through arguments. */
public interface RoutingRule {
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
