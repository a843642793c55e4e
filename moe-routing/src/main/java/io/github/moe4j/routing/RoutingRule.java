package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.TokenBatch;

/**
 * Converts router scores to assignments. It is stateless: its inputs are the arguments and its own
 * parameters, if any.
 */
public interface RoutingRule extends Parameterized {
  /** None by default. */
  @Override
  default NamedArrays parameters() {
    return NamedArrays.none();
  }

  /**
   * Checks that the rule supports this number of experts; called once, when a router is built.
   *
   * @param experts number of experts E
   * @throws IllegalArgumentException if it does not; the message has the rule and both numbers
   */
  void requireFits(int experts);

  /**
   * Decides.
   *
   * @param logits raw scores [T,E]
   * @param input mask, ids, generator and mode of the pass
   * @throws IllegalArgumentException if a required input such as a generator is missing, or training would give the
   *     router no gradient
   */
  RulePass apply(Logits logits, TokenBatch input);

  /**
   * The same, with memory of the pass for data that need not outlive it: scratch, and if the input is for
   * {@link io.github.moe4j.core.PassMode#inference} the decision.
   *
   * @param scope valid until it is closed
   */
  default RulePass apply(Logits logits, TokenBatch input, Arena.Scope scope) {
    return apply(logits, input);
  }
}
