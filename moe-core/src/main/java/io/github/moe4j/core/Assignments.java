package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * N assignments (token, expert, weight) of a router. Immutable; those of {@link #borrowed} can be read
 * until their scope is closed.
 *
 * <p>One type for token choice and expert choice. The order of a token's assignments is that of
 * its choices: the first is its first choice.
 */
public final class Assignments {
  private final int tokens;
  private final int experts;
  private final int size;

  // Null once the memory they lay in was given back.
  private int @Nullable [] token;
  private int @Nullable [] expert;
  private double @Nullable [] weight;

  private Assignments(
      int tokens, int experts, int size, int[] token, int[] expert, double[] weight) {
    this.tokens = tokens;
    this.experts = experts;
    this.size = size;
    this.token = token;
    this.expert = expert;
    this.weight = weight;
  }

  /**
   * Assignments from three parallel arrays of length N.
   *
   * @param tokens number of tokens T
   * @param experts number of experts E
   * @param token token of each assignment, in [0, T). Not modified.
   * @param expert expert of each assignment, in [0, E). Not modified.
   * @param weight weight of each assignment, finite. Not modified.
   * @throws IllegalArgumentException if lengths differ, a token or expert is out of range, or a weight is not finite
   */
  public static Assignments of(
      int tokens, int experts, int[] token, int[] expert, double[] weight) {
    return wrap(tokens, experts, token.clone(), expert.clone(), weight.clone());
  }

  /**
   * Like {@link #of}, without copies.
   *
   * @param token kept, not copied: must not be modified afterwards
   * @param expert kept, not copied: must not be modified afterwards
   * @param weight kept, not copied: must not be modified afterwards
   * @throws IllegalArgumentException if lengths differ, a token or expert is out of range, or a weight is not finite
   */
  public static Assignments wrap(
      int tokens, int experts, int[] token, int[] expert, double[] weight) {
    Require.that(
        token.length == expert.length && token.length == weight.length,
        "token, expert and weight must have one length but have %d, %d and %d",
        token.length,
        expert.length,
        weight.length);
    return checked(tokens, experts, token.length, token, expert, weight);
  }

  /**
   * Assignments in the memory of a pass: readable until the scope is closed; reading them later is an
   * error.
   *
   * @param size number of assignments N; the arrays may be longer
   * @param token kept, not copied: must not be modified afterwards
   * @param expert kept, not copied: must not be modified afterwards
   * @param weight kept, not copied: must not be modified afterwards
   * @throws IllegalArgumentException if the size exceeds an array, a token or expert is out of range, or a weight is
   *     not finite
   */
  public static Assignments borrowed(
      int tokens,
      int experts,
      int size,
      int[] token,
      int[] expert,
      double[] weight,
      Arena.Scope scope) {
    int room = Math.min(Math.min(token.length, expert.length), weight.length);
    Require.that(size >= 0 && size <= room, "size must be in [0, %d] but was %d", room, size);
    Assignments result = checked(tokens, experts, size, token, expert, weight);
    scope.whenClosed(result::forget);
    return result;
  }

  private static Assignments checked(
      int tokens, int experts, int size, int[] token, int[] expert, double[] weight) {
    Require.that(tokens >= 0, "tokens must be at least 0 but was %d", tokens);
    Require.positive("experts", experts);
    for (int n = 0; n < size; n++) {
      // Checked before the call: its arguments would be boxed for every assignment.
      if (token[n] < 0 || token[n] >= tokens) {
        Require.that(
            false, "token of assignment %d must be in [0, %d) but was %d", n, tokens, token[n]);
      }
      if (expert[n] < 0 || expert[n] >= experts) {
        Require.that(
            false, "expert of assignment %d must be in [0, %d) but was %d", n, experts, expert[n]);
      }
      if (!Double.isFinite(weight[n])) {
        Require.that(false, "weight of assignment %d must be finite but was %s", n, weight[n]);
      }
    }
    return new Assignments(tokens, experts, size, token, expert, weight);
  }

  private void forget() {
    token = null;
    expert = null;
    weight = null;
  }

  private static <A> A known(@Nullable A array) {
    if (array == null) {
      throw new IllegalStateException(
          "assignments of a pass for inference were read after the pass");
    }
    return array;
  }

  /**
   * The assignments at the given places, in that order.
   *
   * @param indices places in [0, N). Not modified.
   * @throws IllegalArgumentException if a place is not in [0, N)
   */
  public Assignments select(int[] indices) {
    int[] selectedToken = new int[indices.length];
    int[] selectedExpert = new int[indices.length];
    double[] selectedWeight = new double[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selectedToken[i] = token(indices[i]);
      selectedExpert[i] = expert(indices[i]);
      selectedWeight[i] = weight(indices[i]);
    }
    return new Assignments(
        tokens, experts, indices.length, selectedToken, selectedExpert, selectedWeight);
  }

  /** Number of assignments N. */
  public int size() {
    return size;
  }

  /** Number of tokens T. */
  public int tokens() {
    return tokens;
  }

  /** Number of experts E. */
  public int experts() {
    return experts;
  }

  /** Token of assignment {@code n}. */
  public int token(int n) {
    return known(token)[Objects.checkIndex(n, size)];
  }

  /** Expert of assignment {@code n}. */
  public int expert(int n) {
    return known(expert)[Objects.checkIndex(n, size)];
  }

  /** Weight of assignment {@code n}. */
  public double weight(int n) {
    return known(weight)[Objects.checkIndex(n, size)];
  }

  /** A copy of all weights [N]. */
  public double[] weights() {
    return Arrays.copyOf(known(weight), size);
  }

  /** Number of assignments of each expert [E]. */
  public int[] countPerExpert() {
    int[] counts = new int[experts];
    int[] chosen = known(expert);
    for (int n = 0; n < size; n++) {
      counts[chosen[n]]++;
    }
    return counts;
  }

  /** Number of assignments of each expert that are their token's first [E]. */
  public int[] countFirstChoices() {
    int[] counts = new int[experts];
    boolean[] seen = new boolean[tokens];
    for (int n = 0; n < size; n++) {
      if (!seen[token(n)]) {
        seen[token(n)] = true;
        counts[expert(n)]++;
      }
    }
    return counts;
  }

  /** Whether some assignment belongs to a padding token. */
  boolean touches(TokenMask mask) {
    if (mask.allValid()) {
      return false;
    }
    for (int n = 0; n < size; n++) {
      if (!mask.valid(token(n))) {
        return true;
      }
    }
    return false;
  }
}
