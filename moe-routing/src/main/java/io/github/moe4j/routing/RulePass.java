package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import java.util.List;

/** The decision of a rule, with its backward to the scores. */
public interface RulePass {
  /** The assignments. */
  Assignments assignments();

  /**
   * The decision of a router with this rule.
   *
   * @param logits the raw scores of the router
   */
  default RouterDecision decide(TokenBatch input, Logits logits) {
    RouterDecision decision = RouterDecision.of(input, assignments(), logits, null);
    for (TokenScores scores : scores()) {
      decision = decision.with(scores);
    }
    return decision;
  }

  /** Scores for balance losses besides the raw scores, such as a distribution [T,E]; may be empty. */
  List<TokenScores> scores();

  /**
   * Runs the backward pass to the raw scores.
   *
   * @param gradient of the weights [N] and of {@link #scores} [T·E], zero for padding; its gradient
   *     of the logits is added by the router
   * @param dLogits gradient of the raw scores, row-major [T·E]. Modified: the result is added.
   * @param into gradients named like the rule's parameters. Modified: the result is added.
   */
  void backward(RoutingGradient gradient, double[] dLogits, Gradients into);
}
