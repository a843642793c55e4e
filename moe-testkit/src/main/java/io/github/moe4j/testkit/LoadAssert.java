package io.github.moe4j.testkit;

import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;

/**
 * Assertions on the load of experts, of one pass or of several:
 *
 * <pre>{@code
 * LoadAssert.of(pass).everyExpertUsed().mostLoadedOverMeanAtMost(1.5).droppedShareAtMost(0.05);
 * }</pre>
 *
 * <p>Load is counted before dropping, padding is ignored. A failure names the measure, the bound, the value and
 * the load.
 */
public final class LoadAssert {
  private final LoadStatistics load;

  private LoadAssert(LoadStatistics load) {
    this.load = load;
  }

  /** On a load, such as the sum of several passes. */
  public static LoadAssert of(LoadStatistics load) {
    return new LoadAssert(load);
  }

  /** On the load of a pass of a layer. */
  public static LoadAssert of(MoePass pass) {
    return of(pass.load());
  }

  /** On the load of a router alone, without capacity. */
  public static LoadAssert of(RouterDecision decision) {
    return of(LoadStatistics.of(decision, Dropless.of().apply(decision, PassMode.evaluation())));
  }

  /** Fails unless every expert was chosen at least once. */
  public LoadAssert everyExpertUsed() {
    long[] assigned = load.assigned();
    int[] unused =
        IntStream.range(0, assigned.length).filter(e -> assigned[e] == 0).toArray();
    if (unused.length > 0) {
      fail("every expert must be used but " + Arrays.toString(unused) + " are not");
    }
    return this;
  }

  /**
   * Fails if the most loaded expert has more than {@code bound} times the mean: 1 when balanced, E at total
   * collapse.
   */
  public LoadAssert mostLoadedOverMeanAtMost(double bound) {
    return atMost("most loaded over mean", load.mostLoadedOverMean(), bound);
  }

  /**
   * Fails if the standard deviation of the load is more than {@code bound} times its mean: 0 when balanced,
   * √(E − 1) at total collapse.
   */
  public LoadAssert coefficientOfVariationAtMost(double bound) {
    return atMost("coefficient of variation", load.coefficientOfVariation(), bound);
  }

  /** Fails if a larger share of assignments, in [0, 1], was dropped. */
  public LoadAssert droppedShareAtMost(double bound) {
    return atMost("dropped share", load.droppedShare(), bound);
  }

  /** Fails if any assignment was dropped. */
  public LoadAssert nothingDropped() {
    return droppedShareAtMost(0);
  }

  /** Fails if the mean entropy of the router's distribution is below {@code bound} nats, of at most ln E. */
  public LoadAssert routingEntropyAtLeast(double bound) {
    requireBound(bound);
    double entropy = load.routingEntropy();
    if (!(entropy >= bound)) {
      fail("routing entropy must be at least " + bound + " but was " + entropy);
    }
    return this;
  }

  /**
   * Fails unless the experts were chosen exactly as often.
   *
   * @param expected [E]. Not modified.
   */
  public LoadAssert assignedIs(long... expected) {
    return same("assigned", expected, load.assigned());
  }

  /**
   * Fails unless exactly as many assignments of each expert were kept.
   *
   * @param expected [E]. Not modified.
   */
  public LoadAssert keptIs(long... expected) {
    return same("kept", expected, load.kept());
  }

  private LoadAssert same(String name, long[] expected, long[] actual) {
    if (!Arrays.equals(expected, actual)) {
      fail(name + " must be " + Arrays.toString(expected) + " but was " + Arrays.toString(actual));
    }
    return this;
  }

  private LoadAssert atMost(String name, double value, double bound) {
    requireBound(bound);
    if (!(value <= bound)) {
      fail(name + " must be at most " + bound + " but was " + value);
    }
    return this;
  }

  private static void requireBound(double bound) {
    if (Double.isNaN(bound)) {
      throw new IllegalArgumentException("bound must be a number but was NaN");
    }
  }

  private void fail(String message) {
    Assertions.fail(message + ": " + load);
  }
}
