package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.capacity.LimitedCapacity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capacity rule that replays the recorded survivors of experts whose survivors are open, because
 * the recorded code picks them with {@code torch.topk} among equal values.
 *
 * <p>The library's rule says how many each expert keeps. If it drops some and the choice is open,
 * the recorded ones are taken, after a check that they are as many assignments of that expert, none
 * with a smaller weight than one that was dropped. For all other experts the library chooses.
 *
 * @param rule the library's rule
 * @param recorded 1 where an assignment was kept [T,E], or null to leave all to the library
 * @param anyOrder whether weights do not matter, so that every choice is open
 */
record RecordedSurvivors(LimitedCapacity rule, @Nullable CaseTensor recorded, boolean anyOrder)
    implements CapacityRule {

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    CapacityPass own = rule.apply(decision, mode);
    if (recorded == null || own.dropped() == 0) {
      return own;
    }
    Assignments all = decision.assignments();
    boolean[] kept = marked(Scattered.gather(Scattered.map(own.kept()), all));
    boolean[] survived = survived(recorded, all);
    for (int e = 0; e < all.experts(); e++) {
      if (isOpen(all, e, kept)) {
        requireLegal(all, e, kept, survived);
        for (int n : of(all, e)) {
          kept[n] = survived[n];
        }
      }
    }
    int[] indices = new int[all.size()];
    int size = 0;
    for (int n = 0; n < kept.length; n++) {
      if (kept[n]) {
        indices[size++] = n;
      }
    }
    return CapacityPass.ofKept(all, Arrays.copyOf(indices, size));
  }

  private static boolean[] survived(CaseTensor recorded, Assignments all) {
    int size = all.tokens() * all.experts();
    if (recorded.length() != size) {
      throw new DamagedCaseException(
          recorded.name() + " must have length " + size + " but has " + recorded.length());
    }
    return marked(Scattered.gather(recorded.values(), all));
  }

  /** Whether other survivors would have been as right as the library's. */
  private boolean isOpen(Assignments all, int expert, boolean[] kept) {
    double smallest = smallest(all, expert, kept);
    double largest = largestDropped(all, expert, kept);
    return largest > Double.NEGATIVE_INFINITY && (anyOrder || smallest == largest);
  }

  private void requireLegal(Assignments all, int expert, boolean[] kept, boolean[] survived) {
    boolean right = count(all, expert, kept) == count(all, expert, survived);
    if (!anyOrder) {
      right &= smallest(all, expert, survived) >= largestDropped(all, expert, survived);
    }
    if (!right) {
      throw new DamagedCaseException("the recorded survivors of expert "
          + expert
          + " must be "
          + count(all, expert, kept)
          + " of its assignments"
          + (anyOrder ? "" : ", those with the largest weights,")
          + " but are "
          + count(all, expert, survived));
    }
  }

  private static long count(Assignments all, int expert, boolean[] flags) {
    return of(all, expert).stream().filter(n -> flags[n]).count();
  }

  private static double smallest(Assignments all, int expert, boolean[] kept) {
    return of(all, expert).stream()
        .filter(n -> kept[n])
        .mapToDouble(all::weight)
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  private static double largestDropped(Assignments all, int expert, boolean[] kept) {
    return of(all, expert).stream()
        .filter(n -> !kept[n])
        .mapToDouble(all::weight)
        .max()
        .orElse(Double.NEGATIVE_INFINITY);
  }

  /** The places of an expert's assignments. */
  private static List<Integer> of(Assignments all, int expert) {
    List<Integer> places = new ArrayList<>();
    for (int n = 0; n < all.size(); n++) {
      if (all.expert(n) == expert) {
        places.add(n);
      }
    }
    return places;
  }

  private static boolean[] marked(double[] ones) {
    boolean[] flags = new boolean[ones.length];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = ones[i] == 1;
    }
    return flags;
  }
}
