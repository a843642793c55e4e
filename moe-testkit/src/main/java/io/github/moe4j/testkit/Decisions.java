package io.github.moe4j.testkit;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;

/** Router decisions without a router: for tests of losses, capacity rules and statistics. */
public final class Decisions {
  private Decisions() {}

  /**
   * The k largest logits of each real token, lowest index first among equals, weighted by their
   * softmax over all experts; one sequence.
   *
   * @param logits row-major [T·E]. Not modified.
   */
  public static RouterDecision topK(double[] logits, int experts, int k, TokenMask mask) {
    return topK(logits, experts, k, mask, Math.max(1, mask.tokens()));
  }

  /** The same with several sequences of {@code sequenceLength} tokens. */
  public static RouterDecision topK(
      double[] logits, int experts, int k, TokenMask mask, int sequenceLength) {
    int[][] choice = new int[mask.tokens()][];
    for (int t = 0; t < choice.length; t++) {
      choice[t] = largest(logits, t * experts, experts, k);
    }
    return chosen(logits, experts, choice, mask, sequenceLength);
  }

  /**
   * A given choice, weighted by the softmax of the logits; padded tokens get none.
   *
   * @param logits row-major [T·E]. Not modified.
   * @param choice experts of each token, in order of choice [T][…]. Not modified.
   */
  public static RouterDecision chosen(
      double[] logits, int experts, int[][] choice, TokenMask mask, int sequenceLength) {
    Logits scores = Logits.of(logits, experts, mask);
    Probabilities p = scores.softmax(mask);
    int[] valid = IntStream.range(0, mask.tokens()).filter(mask::valid).toArray();
    int size = IntStream.of(valid).map(t -> choice[t].length).sum();
    int[] token = new int[size];
    int[] expert = new int[size];
    double[] weight = new double[size];
    int n = 0;
    for (int t : valid) {
      for (int e : choice[t]) {
        token[n] = t;
        expert[n] = e;
        weight[n++] = p.get(t, e);
      }
    }
    Assignments assignments = Assignments.of(mask.tokens(), experts, token, expert, weight);
    return RouterDecision.of(assignments, mask, sequenceLength, scores, p);
  }

  /** The indices of the k largest of {@code values[from … from+length)}, by sorting. */
  public static int[] largest(double[] values, int from, int length, int k) {
    return IntStream.range(0, length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> 0.0 - values[from + i]))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Fails unless both have the same assignments, with numbers that agree to the tolerance. */
  public static void assertSame(RouterDecision expected, RouterDecision actual, double tolerance) {
    Assignments a = expected.assignments();
    Assignments b = actual.assignments();
    Assertions.assertEquals(a.size(), b.size(), "number of assignments");
    for (int n = 0; n < a.size(); n++) {
      Assertions.assertEquals(a.token(n), b.token(n), "token of assignment " + n);
      Assertions.assertEquals(a.expert(n), b.expert(n), "expert of assignment " + n);
    }
    Near.assertNear("weights", a.weights(), b.weights(), tolerance);
    // raw scores are an order of magnitude larger
    assertSame("logits", expected.logits(), actual.logits(), 10 * tolerance);
    assertSame("probabilities", expected.probabilities(), actual.probabilities(), tolerance);
  }

  private static void assertSame(
      String name,
      Optional<? extends TokenScores> expected,
      Optional<? extends TokenScores> actual,
      double tolerance) {
    Assertions.assertEquals(expected.isPresent(), actual.isPresent(), name + " present");
    if (expected.isPresent()) {
      Near.assertNear(name, expected.get().toArray(), actual.orElseThrow().toArray(), tolerance);
    }
  }
}
