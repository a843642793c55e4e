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
  public CapacityResult apply(RouterDecision decision, boolean training) {
    Assignments all = decision.assignments();
    int groups = perSequence ? decision.sequences() : 1;
    int experts = decision.experts();
    int[] groupSize = new int[Math.max(1, groups)];
    for (int n = 0; n < all.size(); n++) {
      groupSize[group(all.token(n), decision)]++;
    }
    int[] room = new int[groupSize.length * experts];
    for (int g = 0; g < groupSize.length; g++) {
      int limit = formula.limit(groupSize[g], experts);
      Arrays.fill(room, g * experts, (g + 1) * experts, limit);
    }
    int[] kept = new int[all.size()];
    int size = 0;
    for (int n = 0; n < all.size(); n++) {
      int slot = group(all.token(n), decision) * experts + all.expert(n);
      if (room[slot] > 0) {
        room[slot]--;
        kept[size++] = n;
      }
    }
    return CapacityResult.ofKept(all, Arrays.copyOf(kept, size));
  }

  private int group(int token, RouterDecision decision) {
    return perSequence ? token / decision.sequenceLength() : 0;
  }
}
