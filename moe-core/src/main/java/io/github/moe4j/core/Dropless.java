package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;

/** No limit: keeps every assignment, as in MegaBlocks' dMoE, torchtitan and Mixtral. */
public record Dropless() implements CapacityRule {
  /** The rule, which has no options. */
  public static Dropless of() {
    return new Dropless();
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    return new Everything(decision.assignments());
  }

  /** All assignments as they are. */
  private record Everything(Assignments kept) implements CapacityPass {
    @Override
    public int dropped() {
      return 0;
    }

    @Override
    public RoutingGradient backward(double[] dKeptWeights) {
      Require.length("gradient of kept weights", dKeptWeights, kept.size());
      return RoutingGradient.ofWeights(dKeptWeights.clone());
    }
  }
}
