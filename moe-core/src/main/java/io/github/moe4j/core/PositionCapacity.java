package io.github.moe4j.core;

import java.util.Arrays;

/**
 * Each expert takes the first assignments that ask for it, in the router's order; later ones are
 * dropped.
 *
 * <p>The order of a top-k router is token-major: all choices of a token, then the next token. With
 * {@code perSequence} each sequence has room of its own (Switch Transformers in Hugging Face,
 * {@code SwitchTransformersTop1Router}); else the batch shares it. A dropped assignment adds
 * nothing to its token's output and is counted.
 *
 * @param formula the limit of an expert in a group
 * @param perSequence whether a group is one sequence rather than the batch
 */
public record PositionCapacity(CapacityFormula formula, boolean perSequence)
    implements CapacityRule {

  /** Room for {@code factor} times the mean load of the batch. */
  public static PositionCapacity ofFactor(double factor) {
    return new PositionCapacity(CapacityFormula.factor(factor), false);
  }

  @Override
  public CapacityResult apply(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    int[] room = room(decision, mode);
    int[] kept = new int[all.size()];
    int size = 0;
    for (int n = 0; n < all.size(); n++) {
      int slot = group(all.token(n), decision) * decision.experts() + all.expert(n);
      if (room[slot] > 0) {
        room[slot]--;
        kept[size++] = n;
      }
    }
    return CapacityResult.ofKept(all, Arrays.copyOf(kept, size));
  }

  /** Room of each expert in each group, group by group. */
  private int[] room(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    int experts = decision.experts();
    int groups = perSequence ? decision.sequences() : 1;
    int length = perSequence ? decision.sequenceLength() : decision.tokens();
    int[] room = new int[Math.multiplyExact(groups, experts)];
    for (int n = 0; n < all.size(); n++) {
      room[group(all.token(n), decision) * experts + all.expert(n)]++;
    }
    for (int g = 0; g < groups; g++) {
      int assignments = 0;
      int largest = 0;
      for (int e = g * experts; e < (g + 1) * experts; e++) {
        assignments += room[e];
        largest = Math.max(largest, room[e]);
      }
      int tokens = decision.mask().validTokens(g * length, (g + 1) * length);
      int limit = formula.limit(
          new CapacityDemand(tokens, assignments, largest, experts, mode.isTraining()));
      Arrays.fill(room, g * experts, (g + 1) * experts, limit);
    }
    return room;
  }

  private int group(int token, RouterDecision decision) {
    return perSequence ? token / decision.sequenceLength() : 0;
  }
}
