package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of a batch are real and which are padding; one mask for routing, capacity, losses
 * and statistics. Immutable.
 */
public final class TokenMask {
  private final int tokens;
  private final int validTokens;

  /** One flag per token; null where all are real, which needs no memory. */
  private final boolean @Nullable [] valid;

  private TokenMask(int tokens, int validTokens, boolean @Nullable [] valid) {
    this.tokens = tokens;
    this.validTokens = validTokens;
    this.valid = valid;
  }

  /**
   * A mask without padding for {@code tokens} tokens.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  public static TokenMask none(int tokens) {
    Require.that(tokens >= 0, "tokens must be at least 0 but was %d", tokens);
    return new TokenMask(tokens, tokens, null);
  }

  /**
   * A mask from one flag per token.
   *
   * @param valid true for a real token, false for padding. Not modified.
   */
  public static TokenMask of(boolean... valid) {
    int count = 0;
    for (boolean v : valid) {
      count += v ? 1 : 0;
    }
    return count == valid.length ? none(count) : new TokenMask(valid.length, count, valid.clone());
  }

  /** Whether token {@code t} is real. */
  public boolean valid(int t) {
    if (valid == null) {
      Objects.checkIndex(t, tokens);
      return true;
    }
    return valid[t];
  }

  /** Number of tokens T, padding included. */
  public int tokens() {
    return tokens;
  }

  /** Number of real tokens. */
  public int validTokens() {
    return validTokens;
  }

  /** Number of real tokens among {@code [from, to)}. */
  public int validTokens(int from, int to) {
    if (valid == null) {
      Objects.checkFromToIndex(from, to, tokens);
      return to - from;
    }
    int count = 0;
    for (int t = from; t < to; t++) {
      count += valid[t] ? 1 : 0;
    }
    return count;
  }

  /** The real tokens among {@code [from, to)}, in order. */
  public int[] validIndices(int from, int to) {
    int[] indices = new int[validTokens(from, to)];
    int size = 0;
    for (int t = from; t < to; t++) {
      if (valid(t)) {
        indices[size++] = t;
      }
    }
    return indices;
  }

  /** Whether every token is real. */
  public boolean allValid() {
    return valid == null;
  }

  /** Whether the other object is a mask with the same flags. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenMask mask
        && tokens == mask.tokens
        && Arrays.equals(valid, mask.valid);
  }

  @Override
  public int hashCode() {
    return 31 * tokens + Arrays.hashCode(valid);
  }
}
