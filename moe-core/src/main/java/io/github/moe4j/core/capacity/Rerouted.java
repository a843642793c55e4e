package io.github.moe4j.core.capacity;

import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;

/**
 * Limited capacity with rerouting: an assignment whose expert is full goes to the token's next best
 * expert: "no token left behind" (Switch Transformers, arXiv 2101.03961, appendix B; mesh-tensorflow
 * {@code moe._ntlb_gating}).
 *
 * <p>In rounds: first all assignments go to the expert the router chose, by priority. Those that do
 * not fit go in the next round, in the same order, to the token's best expert by probability
 * among those it has no assignment for and has not tried yet, and so on; so a rerouted assignment displaces
 * no other. Ties go to the lowest index, experts of probability 0 are not tried, and an assignment
 * is dropped after {@code tries} experts.
 *
 * <p>The weight of a moved assignment is the probability of its new expert, independent of its
 * previous weight, and its gradient goes to that probability; wrap the rule in {@link
 * Renormalized} for weights that sum to 1. For one choice this is mesh-tensorflow's algorithm; the
 * extension to several choices is new here.
 *
 * @param formula the limit of an expert in a group
 * @param perSequence whether capacity is per sequence rather than per batch
 * @param order priority within a round
 * @param tries maximum number of experts that one assignment tries, the router's own included, at least 1; any
 *     number of E or above means all, mesh-tensorflow has 4
 */
public record Rerouted(CapacityFormula formula, boolean perSequence, DropOrder order, int tries)
    implements CapacityRule {

  /**
   * Checks the tries.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Rerouted {
    Require.positive("tries", tries);
  }

  /** Capacity per batch, first come first served, until no expert has any left. */
  public static Rerouted of(CapacityFormula formula) {
    return new Rerouted(formula, false, DropOrder.tokenMajor(), Integer.MAX_VALUE);
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    Probabilities p = decision.requireProbabilities("Rerouted");
    ExpertRoom room = ExpertRoom.of(formula, perSequence, decision, mode);
    OverflowRounds rounds = new OverflowRounds(decision.assignments(), p, room);
    rounds.serve(AssignmentOrder.of(order, decision, mode), tries);
    return new ReroutedPass(decision.assignments(), p, rounds.experts());
  }
}
