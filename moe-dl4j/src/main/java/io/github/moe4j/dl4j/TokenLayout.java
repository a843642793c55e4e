package io.github.moe4j.dl4j;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How the tokens of a batch lie in DL4J's arrays: [N,D], [N,D,T] or [N,T,D].
 *
 * @param batch N
 * @param width D
 * @param length T; 0 for arrays [N,D]
 * @param format of sequences
 */
record TokenLayout(long batch, long width, long length, RNNFormat format) {

  static TokenLayout of(INDArray input, long width, RNNFormat format, String layer) {
    int rank = input.rank();
    int widthAxis = rank == 3 && format == RNNFormat.NWC ? 2 : 1;
    Require.that(
        (rank == 2 || rank == 3) && input.size(widthAxis) == width,
        "input of a MoE layer must be [N, %d] or %s but was %s %s",
        width,
        format == RNNFormat.NWC ? "[N, T, " + width + "]" : "[N, " + width + ", T]",
        Arrays.toString(input.shape()),
        layer);
    long time = rank == 2 ? 0 : input.size(3 - widthAxis);
    return new TokenLayout(input.size(0), width, time, format);
  }

  boolean sequences() {
    return length > 0;
  }

  int tokens() {
    return Math.toIntExact(sequences() ? batch * length : batch);
  }

  /** Tokens of a sequence; without sequences, all. */
  int sequenceLength() {
    return Math.toIntExact(sequences() ? length : batch);
  }

  /** The shape of DL4J's array. */
  long[] shape() {
    if (!sequences()) {
      return new long[] {batch, width};
    }
    return format == RNNFormat.NWC
        ? new long[] {batch, length, width}
        : new long[] {batch, width, length};
  }

  /** A view of DL4J's array in the order of tokens: [N,D] or [N,T,D]. */
  INDArray inTokenOrder(INDArray array) {
    return sequences() && format == RNNFormat.NCW ? array.permute(0, 2, 1) : array;
  }

  /** A view of tokens [T,D] in the shape of {@link #inTokenOrder}. */
  INDArray unfold(INDArray tokens) {
    return sequences() ? tokens.reshape('c', batch, length, width) : tokens;
  }

  TokenMask mask(@Nullable INDArray mask, String layer) {
    if (mask == null) {
      return TokenMask.none(tokens());
    }
    Require.that(
        mask.length() == tokens() && mask.size(0) == batch,
        "mask of a MoE layer must have one number for each of %d tokens, %s, but was %s %s",
        tokens(),
        sequences() ? "[N, T]" : "[N, 1]",
        Arrays.toString(mask.shape()),
        layer);
    boolean[] valid = new boolean[tokens()];
    double[] values = mask.dup('c').data().asDouble();
    for (int t = 0; t < valid.length; t++) {
      valid[t] = values[t] != 0;
    }
    return TokenMask.of(valid);
  }
}
