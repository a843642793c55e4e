package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.capacity.PaddedToCapacity;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A capacity rule that fills experts up with the recorded tokens: which of those that were not
 * routed to an expert fill it up is open, as it is in {@link RecordedSurvivors}.
 *
 * <p>The library's rule says how many each expert gets. The recorded ones are taken after a check
 * that they are as many.
 *
 * @param rule the library's rule
 * @param recorded 1 where a token was kept or filled up with [T,E], or null to leave it to the
 *     library
 */
record RecordedFill(PaddedToCapacity rule, @Nullable CaseTensor recorded) implements CapacityRule {
  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    CapacityPass own = rule.apply(decision, mode);
    Assignments rows = own.kept();
    int experts = rows.experts();
    if (recorded == null || recorded.length() != rows.tokens() * experts) {
      return own;
    }
    int real = rows.size() - own.fillers();
    Assignments kept = rows.select(IntStream.range(0, real).toArray());
    double[] taken = Scattered.map(kept);
    int[] added = IntStream.range(0, taken.length)
        .filter(i -> recorded.get(i) == 1 && taken[i] == 0)
        .toArray();
    int[] token = concat(IntStream.range(0, real).map(kept::token), added, i -> i / experts);
    int[] expert = concat(IntStream.range(0, real).map(kept::expert), added, i -> i % experts);
    Assignments filled = Assignments.of(
        rows.tokens(), experts, token, expert, Arrays.copyOf(kept.weights(), token.length));
    if (!Arrays.equals(filled.countPerExpert(), rows.countPerExpert())) {
      throw new DamagedCaseException(recorded.name()
          + " must have "
          + Arrays.toString(rows.countPerExpert())
          + " rows per expert but has "
          + Arrays.toString(filled.countPerExpert()));
    }
    return new Filled(own, filled, added.length);
  }

  private static int[] concat(IntStream first, int[] places, IntUnaryOperator part) {
    return IntStream.concat(first, Arrays.stream(places).map(part)).toArray();
  }

  /** The library's result with other rows to fill up. */
  private record Filled(CapacityPass own, Assignments kept, int fillers) implements CapacityPass {
    @Override
    public int dropped() {
      return own.dropped();
    }

    @Override
    public RoutingGradient backward(double[] dKeptWeights) {
      return own.backward(dKeptWeights);
    }
  }
}
