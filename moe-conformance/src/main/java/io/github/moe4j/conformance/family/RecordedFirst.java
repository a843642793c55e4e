package io.github.moe4j.conformance.family;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.capacity.DropOrder;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Orders in which experts fill up by a key, largest first, where recorded code left open who comes
 * first among equal keys: it is who was recorded there. Others come in the order of the decision.
 */
final class RecordedFirst {
  private RecordedFirst() {}

  /** What assignments are ordered by. */
  @FunctionalInterface
  interface Key {
    /** The key of the assignment at place {@code n} of a decision. */
    double of(RouterDecision decision, int n);
  }

  /**
   * The order for a case.
   *
   * @param recorded 1 where an assignment was kept, row-major [T·E]. Not modified.
   */
  static DropOrder by(Key key, double[] recorded) {
    return (decision, mode) -> {
      double[] first = Scattered.gather(recorded, decision.assignments());
      return IntStream.range(0, first.length)
          .boxed()
          .sorted(Comparator.comparingDouble((Integer n) -> -key.of(decision, n))
              .thenComparingDouble(n -> -first[n]))
          .mapToInt(n -> n)
          .toArray();
    };
  }
}
