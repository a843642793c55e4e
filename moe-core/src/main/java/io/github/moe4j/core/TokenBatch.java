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
 * <p>Immutable; the {@code with…} methods return changed copies. The factory methods choose
 * training or evaluation; initially there is no padding and there are no ids, and all tokens are one sequence:
 *
 * <pre>{@code
 * TokenBatch.training(x, new SplittableRandom(seed)).withMask(mask).withSequenceLength(128)
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
   * An input for evaluation: no noise, and no backward unless it is {@link #differentiable}.
   *
   * @param x tokens [T,D], FLOAT or DOUBLE, T may be 0. Not modified. Copied only if it is not
   *     contiguous in c order.
   * @throws IllegalArgumentException if x or its workspace is closed
   */
  public static TokenBatch evaluation(INDArray x) {
    return of(x, PassMode.evaluation());
  }

  /**
   * An input for an evaluation of which only outputs are needed, as in serving: the pass keeps no decision
   * ({@link PassMode#inference}).
   *
   * @param x tokens [T,D], as in {@link #evaluation}
   * @throws IllegalArgumentException if x or its workspace is closed
   */
  public static TokenBatch inference(INDArray x) {
    return of(x, PassMode.inference());
  }

  /**
   * An input for training, for layers that draw no random numbers.
   *
   * @param x tokens [T,D], FLOAT or DOUBLE, T may be 0. Not modified; it must neither change nor be
   *     closed until the backward pass is done. Copied only if it is not contiguous in c order.
   * @throws IllegalArgumentException if x or its workspace is closed
   */
  public static TokenBatch training(INDArray x) {
    return of(x, PassMode.training());
  }

  /**
   * An input for training.
   *
   * @param x tokens [T,D], as in {@link #training(INDArray)}
   * @param randomness source of all noise. Modified: it is drawn from.
   */
  public static TokenBatch training(INDArray x, RandomGenerator randomness) {
    return of(x, PassMode.training(randomness));
  }

  /**
   * An input in a given mode.
   *
   * @param x tokens [T,D], as in {@link #training(INDArray)}
   * @throws IllegalArgumentException if x is not [T,D] with D at least 1, FLOAT or DOUBLE, or is closed
   */
  public static TokenBatch of(INDArray x, PassMode mode) {
    Require.shape("x", x, -1, -1);
    Require.floating("x", x.dataType());
    Require.that(x.size(1) >= 1, "x must have a width of at least 1 but was [%d, 0]", x.size(0));
    int tokens = Math.toIntExact(x.size(0));
    return new TokenBatch(Contiguous.of(x), TokenMask.none(tokens), tokens, null, mode);
  }

  /**
   * The same input with padding marked.
   *
   * @throws IllegalArgumentException if the mask has another number of tokens
   */
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
   * @throws IllegalArgumentException if the length does not divide T
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
   * @throws IllegalArgumentException if the number of ids is not T
   */
  public TokenBatch withTokenIds(int... ids) {
    Require.that(
        ids.length == tokens(), "tokenIds must have length T: %d != %d", ids.length, tokens());
    return new TokenBatch(x, mask, sequenceLength, ids.clone(), mode);
  }

  /**
   * The same input with a backward, for evaluation: {@link PassMode#differentiable}. Its gradients
   * are those of the deterministic function, which are not suitable for training.
   */
  public TokenBatch differentiable() {
    return withMode(mode.differentiable());
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

  /**
   * The same mask, ids, generator and mode with other activations of any width.
   *
   * @throws IllegalArgumentException if the number of tokens is not T
   */
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

  /** Tokens of a sequence; T by default, see {@link #withSequenceLength}. */
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

  /**
   * A copy of the token ids [T].
   *
   * @throws IllegalArgumentException if there are none; the message names {@code user}
   */
  public int[] requireTokenIds(String user) {
    if (tokenIds == null) {
      throw new IllegalArgumentException(
          user + " routes by token id but there are no ids: use TokenBatch.withTokenIds");
    }
    return tokenIds.clone();
  }

  /** Training or evaluation, with the source of noise. */
  public PassMode mode() {
    return mode;
  }

  /**
   * The source of noise.
   *
   * @throws IllegalArgumentException if there is none; the message names {@code user}
   */
  public RandomGenerator requireGenerator(String user) {
    return mode.requireGenerator(user);
  }
}
