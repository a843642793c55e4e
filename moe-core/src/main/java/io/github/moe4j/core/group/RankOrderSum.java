package io.github.moe4j.core.group;

import io.github.moe4j.core.internal.ArrayBytes;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An all-reduce by two exchanges: each rank gets its segment of all ranks and adds them in rank order, then each gets
 * all sums. Every rank sends 2(N−1)/N of the array. Large arrays go in pieces, so that memory is bounded.
 */
final class RankOrderSum {
  /** Elements of a piece; bounds the memory beside the array to two pieces. */
  private static final int PIECE = 1 << 22;

  private final int rank;
  private final int size;
  private ByteBuffer room = ByteBuffer.allocateDirect(0);

  /** Exchanges bytes with all ranks. */
  @FunctionalInterface
  interface Step {
    /** Buffers by rank, as {@link Exchange#exchange} takes them, those of this rank included. */
    void exchange(ByteBuffer[] send, ByteBuffer[] receive);
  }

  RankOrderSum(int rank, int size) {
    this.rank = rank;
    this.size = size;
  }

  /** Replaces an array, which has elements, by the sum. */
  void reduce(INDArray array, Step step) {
    try {
      for (long from = 0; from < array.length(); from += PIECE) {
        reduce(array, from, (int) Math.min(PIECE, array.length() - from), step);
      }
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  private void reduce(INDArray array, long from, int length, Step step) {
    ByteBuffer[] segments = new ByteBuffer[size];
    Arrays.setAll(segments, r -> ArrayBytes.of(array, from + start(length, r), segment(length, r)));
    int bytes = segments[rank].remaining();
    ByteBuffer received = room(bytes * size);
    ByteBuffer[] own = new ByteBuffer[size];
    Arrays.setAll(own, r -> slice(received, r * bytes, bytes));
    step.exchange(segments, own);
    add(array.dataType(), own, segments[rank]);
    ByteBuffer[] sums = new ByteBuffer[size];
    Arrays.setAll(sums, r -> segments[rank].duplicate());
    step.exchange(sums, segments);
  }

  private int start(int length, int r) {
    return (int) ((long) length * r / size);
  }

  private int segment(int length, int r) {
    return start(length, r + 1) - start(length, r);
  }

  private ByteBuffer room(int bytes) {
    if (room.capacity() < bytes) {
      room = ByteBuffer.allocateDirect(bytes);
    }
    return room;
  }

  private static ByteBuffer slice(ByteBuffer buffer, int from, int bytes) {
    return buffer.slice(from, bytes).order(ByteOrder.nativeOrder());
  }

  private static void add(DataType type, ByteBuffer[] parts, ByteBuffer into) {
    ByteBuffer target = into.duplicate().order(ByteOrder.nativeOrder());
    if (type == DataType.FLOAT) {
      int length = target.remaining() / Float.BYTES;
      float[] sum = new float[length];
      float[] next = new float[length];
      parts[0].asFloatBuffer().get(sum);
      for (int r = 1; r < parts.length; r++) {
        parts[r].asFloatBuffer().get(next);
        for (int i = 0; i < length; i++) {
          sum[i] += next[i];
        }
      }
      target.asFloatBuffer().put(sum);
    } else {
      int length = target.remaining() / Double.BYTES;
      double[] sum = new double[length];
      double[] next = new double[length];
      parts[0].asDoubleBuffer().get(sum);
      for (int r = 1; r < parts.length; r++) {
        parts[r].asDoubleBuffer().get(next);
        for (int i = 0; i < length; i++) {
          sum[i] += next[i];
        }
      }
      target.asDoubleBuffer().put(sum);
    }
  }
}
