package io.github.moe4j.testkit.mutants;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import java.util.Arrays;

/** At most three rows an expert, first come first served, in steps that a mutant replaces. */
class ExampleCapacity implements CapacityRule {
  static final int LIMIT = 3;

  /** Whether an assignment is kept. */
  boolean keeps(RouterDecision decision, int n, int[] load, PassMode mode) {
    return load[decision.assignments().expert(n)] < LIMIT;
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    int[] load = new int[all.experts()];
    int[] kept = new int[all.size()];
    int rows = 0;
    for (int n = 0; n < all.size(); n++) {
      if (keeps(decision, n, load, mode)) {
        load[all.expert(n)]++;
        kept[rows++] = n;
      }
    }
    return pass(decision, Arrays.copyOf(kept, rows));
  }

  CapacityPass pass(RouterDecision decision, int[] kept) {
    return new Pass(decision, kept);
  }

  static class Pass implements CapacityPass {
    final RouterDecision decision;
    final int[] places;

    Pass(RouterDecision decision, int[] places) {
      this.decision = decision;
      this.places = places;
    }

    @Override
    public Assignments kept() {
      return decision.assignments().select(places);
    }

    @Override
    public int dropped() {
      return decision.assignments().size() - places.length;
    }

    void requireLength(double[] dKeptWeights) {
      if (dKeptWeights.length != kept().size()) {
        throw new IllegalArgumentException("gradient of kept weights must have length "
            + kept().size() + " but has " + dKeptWeights.length);
      }
    }

    @Override
    public RoutingGradient backward(double[] dKeptWeights) {
      requireLength(dKeptWeights);
      double[] dWeights = new double[decision.assignments().size()];
      for (int r = 0; r < places.length; r++) {
        dWeights[place(r)] = dKeptWeights[r];
      }
      return RoutingGradient.ofWeights(dWeights);
    }

    /** The assignment that the gradient of a row goes to. */
    int place(int row) {
      return places[row];
    }
  }
}
