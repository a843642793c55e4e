package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.TokenBatch;

/**
 * Turns router scores into assignments. It remembers no pass; all it needs comes in through arguments
 * and, if it learns something itself, parameters.
 */
public interface RoutingRule extends Parameterized {
  /** None, as most rules have. */
  @Override
  default NamedArrays parameters() {
    return NamedArrays.none();
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
  RulePass apply(Logits logits, TokenBatch input);

  /**
   * The same, with memory of the pass for what need not stay after it: scratch, and if the input is for
   * {@link io.github.moe4j.core.PassMode#inference} the decision.
   *
   * @param scope valid until it is closed
   */
  default RulePass apply(Logits logits, TokenBatch input, Arena.Scope scope) {
    return apply(logits, input);
  }
}
