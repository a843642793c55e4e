package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A result with filler rows of weight 0 after the kept assignments. */
final class PaddedPass implements CapacityPass {
  private final CapacityPass inner;
  private final Assignments kept;

  private PaddedPass(CapacityPass inner, Assignments kept) {
    this.inner = inner;
    this.kept = kept;
  }

  /** How many filler rows an expert needs from a group of tokens. */
  @FunctionalInterface
  interface Wanted {
    /**
     * The number of rows to add, none if it is below 1.
     *
     * @param rows those it has
     */
    int more(int group, int expert, int rows);
  }

  /**
   * Adds what is wanted, expert after expert.
   *
   * @param groupLength tokens of a group
   */
  static CapacityPass of(
      RouterDecision decision, CapacityPass inner, int groupLength, Wanted wanted) {
    if (decision.tokens() == 0) {
      return inner;
    }
    Filler filler = new Filler(inner.kept(), decision.mask(), groupLength);
    for (int e = 0; e < decision.experts(); e++) {
      filler.fill(e, wanted);
    }
    return new PaddedPass(inner, filler.filled());
  }

  @Override
  public Assignments kept() {
    return kept;
  }

  @Override
  public int fillers() {
    return inner.fillers() + kept.size() - inner.kept().size();
  }

  @Override
  public int dropped() {
    return inner.dropped();
  }

  @Override
  public RoutingGradient backward(double[] dKeptWeights) {
    Require.length("gradient of kept weights", dKeptWeights, kept.size());
    return inner.backward(Arrays.copyOf(dKeptWeights, inner.kept().size()));
  }

  /** Collects the rows to add. */
  private static final class Filler {
    private final Assignments rows;
    private final TokenMask mask;
    private final int groupLength;
    private final DispatchPlan plan;
    private final int[] start;

    /** The last expert that was seen to have a row of the token: one array does for all [T]. */
    private final int[] seenBy;

    private final IntStream.Builder token = IntStream.builder();
    private final IntStream.Builder expert = IntStream.builder();

    Filler(Assignments rows, TokenMask mask, int groupLength) {
      this.rows = rows;
      this.mask = mask;
      this.groupLength = groupLength;
      this.plan = DispatchPlan.of(rows);
      this.start = plan.expertStart();
      this.seenBy = new int[rows.tokens()];
      Arrays.fill(seenBy, -1);
    }

    void fill(int e, Wanted wanted) {
      int[] has = new int[rows.tokens() / groupLength];
      for (int r = start[e]; r < start[e + 1]; r++) {
        seenBy[plan.token(r)] = e;
        has[plan.token(r) / groupLength]++;
      }
      for (int g = 0; g < has.length; g++) {
        int more = wanted.more(g, e, has[g]);
        for (int t = g * groupLength; t < (g + 1) * groupLength && more > 0; t++) {
          if (mask.valid(t) && seenBy[t] != e) {
            token.add(t);
            expert.add(e);
            more--;
          }
        }
      }
    }

    /** The rows before, then those added. */
    Assignments filled() {
      int size = rows.size();
      int[] tokens = IntStream.concat(IntStream.range(0, size).map(rows::token), token.build())
          .toArray();
      int[] experts = IntStream.concat(IntStream.range(0, size).map(rows::expert), expert.build())
          .toArray();
      double[] weights = Arrays.copyOf(rows.weights(), tokens.length);
      return Assignments.of(rows.tokens(), rows.experts(), tokens, experts, weights);
    }
  }
}
