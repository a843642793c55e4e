package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores.Kind;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A router composed of a gate and a rule. Parameters: the gate's, and {@code rule.…} if the rule
 * has parameters. */
public final class GatedRouter implements Router {
  private final Gate gate;
  private final RoutingRule rule;
  private final NamedArrays parameters;

  private GatedRouter(Gate gate, RoutingRule rule) {
    rule.requireFits(gate.experts());
    this.gate = gate;
    this.rule = rule;
    NamedArrays.Builder all = NamedArrays.builder();
    gate.parameters().forEach(all::add);
    this.parameters = all.addAll("rule", rule.parameters()).build();
  }

  /**
   * Combines a gate and a rule.
   *
   * @throws IllegalArgumentException if the rule does not support the number of experts
   */
  public static GatedRouter of(Gate gate, RoutingRule rule) {
    return new GatedRouter(gate, rule);
  }

  /** The gate. */
  public Gate gate() {
    return gate;
  }

  /** The rule. */
  public RoutingRule rule() {
    return rule;
  }

  /** Rule and gate, such as {@code Switch[] of a LinearGate}. */
  @Override
  public String toString() {
    return rule + " of a " + gate.getClass().getSimpleName();
  }

  @Override
  public int experts() {
    return gate.experts();
  }

  @Override
  public int modelWidth() {
    return gate.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    PassArrays.requireInputs("the router", parameters, input.x());
    GatePass scored = gate.score(input, scope);
    RulePass ruled = rule.apply(scored.logits(), input, scope);
    RouterDecision decision = ruled.decide(input, scored.logits());
    return new RouterPass() {
      @Override
      public RouterDecision decision() {
        return decision;
      }

      @Override
      public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
        double[] dLogits = gradient.orZero(Kind.LOGITS, decision);
        PassArrays.requireBackward("the router", parameters, input.x(), dx, into);
        ruled.backward(gradient, dLogits, into.part("rule"));
        scored.backward(dLogits, dx, into);
      }
    };
  }
}
