package io.github.moe4j.balance.metric;

import io.github.moe4j.core.Assignments;
import java.util.Arrays;

/** The experts that each token chose, each once and in rising order, whatever their ranks. */
final class ChosenExperts {
  private final int[][] ofToken;

  private ChosenExperts(int[][] ofToken) {
    this.ofToken = ofToken;
  }

  /** Those of N assignments, which may list a token's in any places and more than once. */
  static ChosenExperts of(Assignments assignments) {
    int[] size = new int[assignments.tokens()];
    for (int n = 0; n < assignments.size(); n++) {
      size[assignments.token(n)]++;
    }
    int[][] chosen = new int[size.length][];
    Arrays.setAll(chosen, t -> new int[size[t]]);
    for (int n = 0; n < assignments.size(); n++) {
      int t = assignments.token(n);
      chosen[t][--size[t]] = assignments.expert(n);
    }
    for (int t = 0; t < chosen.length; t++) {
      chosen[t] = Arrays.stream(chosen[t]).sorted().distinct().toArray();
    }
    return new ChosenExperts(chosen);
  }

  /** Number of tokens T, padding included. */
  int tokens() {
    return ofToken.length;
  }

  /** The experts of token {@code t}; not to be changed. */
  int[] of(int t) {
    return ofToken[t];
  }

  /** Whether token {@code t} chose expert {@code e}. */
  boolean has(int t, int e) {
    return Arrays.binarySearch(ofToken[t], e) >= 0;
  }
}
