package io.github.moe4j.core;

import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Everything a forward pass depends on, except parameters: tokens, padding, ids, randomness, mode.
 *
 * <p>Immutable; the {@code with…} methods return changed copies. Starts as evaluation, without
 * padding, ids or generator, all tokens one sequence:
 *
 * <pre>{@code
 * TokenBatch.of(x).withMask(mask).withSequenceLength(128).training(new SplittableRandom(seed))
 * }</pre>
 */
public final class TokenBatch {
  private final INDArray x;
  private final TokenMask mask;
  private final int sequenceLength;
  private final int @Nullable [] tokenIds;
  private final PassMode mode;

  private TokenBatch(
      INDArray x, TokenMask mask, int sequenceLength, int @Nullable [] tokenIds, PassMode mode) {
    this.x = x;
    this.mask = mask;
    this.sequenceLength = sequenceLength;
    this.tokenIds = tokenIds;
    this.mode = mode;
  }

  /**
   * An input for evaluation.
   *
   * @param x tokens [T,D], FLOAT or DOUBLE, T may be 0. Not modified; must not change until the
   *     backward pass is done. Copied only if it is not contiguous in c order.
   */
  public static TokenBatch of(INDArray x) {
    Require.shape("x", x, -1, -1);
    Require.floating("x", x.dataType());
    Require.that(x.size(1) >= 1, "x must have a width of at least 1 but was [%d, 0]", x.size(0));
    int tokens = Math.toIntExact(x.size(0));
    return new TokenBatch(
        Contiguous.of(x), TokenMask.none(tokens), tokens, null, PassMode.evaluation());
  }

  /** The same input with padding marked. */
  public TokenBatch withMask(TokenMask newMask) {
    Require.that(
        newMask.tokens() == tokens(),
        "mask must have one flag per token: %d != %d",
        newMask.tokens(),
        tokens());
    return new TokenBatch(x, newMask, sequenceLength, tokenIds, mode);
  }

  /**
   * The same input seen as T/length sequences, one after another.
   *
   * @param length tokens of a sequence, a divisor of T
   */
  public TokenBatch withSequenceLength(int length) {
    Require.that(
        length >= 1 && tokens() % length == 0,
        "sequenceLength must divide T = %d but was %d",
        tokens(),
        length);
    return new TokenBatch(x, mask, length, tokenIds, mode);
  }

  /**
   * The same input with vocabulary ids, for routers that route by id.
   *
   * @param ids [T]. Not modified.
   */
  public TokenBatch withTokenIds(int... ids) {
    Require.that(
        ids.length == tokens(), "tokenIds must have length T: %d != %d", ids.length, tokens());
    return new TokenBatch(x, mask, sequenceLength, ids.clone(), mode);
  }

  /**
   * The same input in training mode.
   *
   * @param randomness source of all noise. Modified: it is drawn from.
   */
  public TokenBatch training(RandomGenerator randomness) {
    PassMode training = PassMode.training(randomness).atStep(mode.step());
    return new TokenBatch(x, mask, sequenceLength, tokenIds, training);
  }

  /** The same input in training mode, for layers that draw no random numbers. */
  public TokenBatch training() {
    PassMode training = PassMode.training().atStep(mode.step());
    return new TokenBatch(x, mask, sequenceLength, tokenIds, training);
  }

  /**
   * The same input at an optimizer step, which schedules such as that of a temperature read.
   *
   * @param step at least 0, the default
   */
  public TokenBatch atStep(long step) {
    return new TokenBatch(x, mask, sequenceLength, tokenIds, mode.atStep(step));
  }

  /** The same input in another mode. */
  public TokenBatch withMode(PassMode newMode) {
    return new TokenBatch(x, mask, sequenceLength, tokenIds, newMode);
  }

  /** The same mask, ids, generator and mode with other activations of any width. */
  public TokenBatch withX(INDArray newX) {
    Require.shape("x", newX, tokens(), -1);
    Require.floating("x", newX.dataType());
    return new TokenBatch(Contiguous.of(newX), mask, sequenceLength, tokenIds, mode);
  }

  /** Tokens [T,D], contiguous in c order; not to be modified. */
  public INDArray x() {
    return x;
  }

  /** Padding. */
  public TokenMask mask() {
    return mask;
  }

  /** Tokens of a sequence; T unless {@link #withSequenceLength} said otherwise. */
  public int sequenceLength() {
    return sequenceLength;
  }

  /** Whether the pass trains (noise, capacity of training) or evaluates. */
  public boolean isTraining() {
    return mode.isTraining();
  }

  /** Number of tokens T, padding included. */
  public int tokens() {
    return mask.tokens();
  }

  /** Model width D. */
  public int width() {
    return Math.toIntExact(x.size(1));
  }

  /** FLOAT or DOUBLE. */
  public DataType dataType() {
    return x.dataType();
  }

  /** A copy of the token ids [T]; an error that names {@code user} if there are none. */
  public int[] requireTokenIds(String user) {
    if (tokenIds == null) {
      throw new IllegalArgumentException(
          user + " routes by token id: give TokenBatch.withTokenIds, but there were none");
    }
    return tokenIds.clone();
  }

  /** Training or evaluation, with the source of noise. */
  public PassMode mode() {
    return mode;
  }

  /** The source of noise; an error that names {@code user} if there is none. */
  public RandomGenerator requireGenerator(String user) {
    return mode.requireGenerator(user);
  }
}
