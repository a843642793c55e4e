package io.github.moe4j.conformance;

import io.github.moe4j.core.Assignments;
import java.util.ArrayList;
import java.util.List;

/**
 * The library's assignments laid out like a recorded choice, so that the order within a token does
 * not matter.
 *
 * @param experts the recorded expert where the library chose it too, else another that it chose for
 *     the token, else −1 [T·K]
 * @param weights weight of the recorded expert, 0 where the library did not choose it [T·K]
 * @param surplus assignments that found no place
 */
record AlignedChoice(double[] experts, double[] weights, int surplus) {
  /**
   * Lays assignments out.
   *
   * @param recorded experts of all tokens [T,K]
   * @param actual of as many tokens
   */
  static AlignedChoice of(CaseTensor recorded, Assignments actual) {
    int k = recorded.size(-1);
    double[] experts = new double[recorded.length()];
    double[] weights = new double[recorded.length()];
    List<List<Integer>> left = byToken(actual);
    for (int i = 0; i < experts.length; i++) {
      List<Integer> own = left.get(i / k);
      int place = find(own, actual, recorded.get(i));
      experts[i] = place < 0 ? -1 : recorded.get(i);
      weights[i] = place < 0 ? 0 : actual.weight(own.remove(place));
    }
    for (int i = 0; i < experts.length; i++) {
      List<Integer> own = left.get(i / k);
      if (experts[i] < 0 && !own.isEmpty()) {
        experts[i] = actual.expert(own.remove(0));
      }
    }
    return new AlignedChoice(
        experts, weights, left.stream().mapToInt(List::size).sum());
  }

  /** The places in the assignments of each token. */
  private static List<List<Integer>> byToken(Assignments assignments) {
    List<List<Integer>> result = new ArrayList<>();
    for (int t = 0; t < assignments.tokens(); t++) {
      result.add(new ArrayList<>());
    }
    for (int n = 0; n < assignments.size(); n++) {
      result.get(assignments.token(n)).add(n);
    }
    return result;
  }

  private static int find(List<Integer> places, Assignments assignments, double expert) {
    for (int i = 0; i < places.size(); i++) {
      if (assignments.expert(places.get(i)) == expert) {
        return i;
      }
    }
    return -1;
  }
}
