package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.RulePass;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A rule applied to recorded router scores, with its backward. */
final class RuleCasePass {
  private final RulePass result;
  private final RouterDecision decision;

  private RuleCasePass(RoutingRule rule, Logits logits, TokenBatch input) {
    rule.requireFits(logits.experts());
    this.result = rule.apply(logits, input);
    this.decision = result.decide(input, logits);
  }

  /** A rule on scores [T,E] that a gate computed for an input. */
  static RuleCasePass of(RoutingRule rule, Logits logits, TokenBatch input) {
    return new RuleCasePass(rule, logits, input);
  }

  /** A rule on the scores of a case, in evaluation mode; all axes but the last are tokens. */
  static RuleCasePass of(RoutingRule rule, CaseTensor logits) {
    return of(rule, logits, TokenMask.none(logits.rowCount()));
  }

  /** A rule on the scores of a case with padding, in evaluation mode. */
  static RuleCasePass of(RoutingRule rule, CaseTensor logits, TokenMask mask) {
    return of(rule, Logits.of(logits.values(), logits.size(-1), mask), inputOf(mask));
  }

  /** An input for a rule, which reads its mask, sequences and mode but never its activations. */
  static TokenBatch inputOf(TokenMask mask) {
    return TokenBatch.evaluation(Nd4j.create(DataType.DOUBLE, mask.tokens(), 1))
        .differentiable()
        .withMask(mask);
  }

  /** What was decided, with all that losses and capacity rules read. */
  RouterDecision decision() {
    return decision;
  }

  /** The assignments. */
  Assignments assignments() {
    return result.assignments();
  }

  /** The gradient of the scores [T·E] that a gradient of the decision amounts to. */
  double[] gradient(RoutingGradient gradient) {
    double[] dLogits = gradient.orZero(Kind.LOGITS, decision);
    result.backward(gradient, dLogits, NamedArrays.none().zeroGradients());
    return dLogits;
  }
}
