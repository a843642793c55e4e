package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;

/**
 * Each expert takes assignments up to its capacity, by priority; the others are
 * dropped.
 *
 * <p>A dropped assignment adds nothing to its token's output and is counted. The kept ones stay in
 * the decision's own order with their weights, whatever the priority, so that a token's first
 * choice stays its first.
 *
 * @param formula the limit of an expert in a group
 * @param perSequence whether capacity is per sequence (Switch Transformers in Hugging Face,
 *     {@code SwitchTransformersTop1Router}; MaxText) rather than the batch
 * @param order drop priority
 */
public record LimitedCapacity(CapacityFormula formula, boolean perSequence, DropOrder order)
    implements CapacityRule {

  /** Capacity of {@code factor} times the mean load of the batch, first come first served. */
  public static LimitedCapacity ofFactor(double factor) {
    return of(CapacityFormula.factor(factor));
  }

  /** Capacity per batch, first come first served. */
  public static LimitedCapacity of(CapacityFormula formula) {
    return new LimitedCapacity(formula, false, DropOrder.tokenMajor());
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    ExpertRoom room = ExpertRoom.of(formula, perSequence, decision, mode);
    boolean[] taken = new boolean[all.size()];
    int size = 0;
    for (int n : AssignmentOrder.of(order, decision, mode)) {
      taken[n] = room.take(all.token(n), all.expert(n));
      size += taken[n] ? 1 : 0;
    }
    int[] kept = new int[size];
    int r = 0;
    for (int n = 0; n < taken.length; n++) {
      if (taken[n]) {
        kept[r++] = n;
      }
    }
    return CapacityPass.ofKept(all, kept);
  }
}
