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
 * <p>Immutable; the {@code with…} methods return changed copies. Whether it trains or evaluates is
 * said where it is made; it starts without padding and ids, all tokens one sequence:
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
   * An input for evaluation: no noise, and no backward unless {@link #differentiable} asks for it.
   *
   * @param x tokens [T,D], FLOAT or DOUBLE, T may be 0. Not modified. Copied only if it is not
   *     contiguous in c order.
   * @throws IllegalArgumentException if x was closed, or its workspace was left
   */
  public static TokenBatch evaluation(INDArray x) {
    return of(x, PassMode.evaluation());
  }

  /**
   * An input for the outputs of an evaluation alone, as serving needs them: the pass keeps no decision
   * ({@link PassMode#inference}).
   *
   * @param x tokens [T,D], as in {@link #evaluation}
   * @throws IllegalArgumentException if x was closed, or its workspace was left
   */
  public static TokenBatch inference(INDArray x) {
    return of(x, PassMode.inference());
  }

  /**
   * An input for training, for layers that draw no random numbers.
   *
   * @param x tokens [T,D], FLOAT or DOUBLE, T may be 0. Not modified; it must neither change nor be
   *     closed until the backward pass is done. Copied only if it is not contiguous in c order.
   * @throws IllegalArgumentException if x was closed, or its workspace was left
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
   */
  public static TokenBatch of(INDArray x, PassMode mode) {
    Require.shape("x", x, -1, -1);
    Require.floating("x", x.dataType());
    Require.that(x.size(1) >= 1, "x must have a width of at least 1 but was [%d, 0]", x.size(0));
    int tokens = Math.toIntExact(x.size(0));
    return new TokenBatch(Contiguous.of(x), TokenMask.none(tokens), tokens, null, mode);
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
   * The same input with a backward, which evaluation has not: {@link PassMode#differentiable}. Its
   * gradients are those of the deterministic function, not those to train with.
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
