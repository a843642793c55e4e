package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One projection of each expert, {@code y = x·W[e]ᵀ + b[e]}, whose weights are read, one expert at a time. */
public interface FrozenLinear {
  /** The projection's name, such as {@code up}. */
  String name();

  /** Number of experts E. */
  int experts();

  /** Width of the rows that come out. */
  int out();

  /** Width of the rows that go in. */
  int in();

  /**
   * Copies the weight of an expert.
   *
   * @param target rows [·,in] of the type of the experts. Modified: {@code out} of them are overwritten.
   * @param first the first of these
   */
  void copy(int expert, Rows target, long first);

  /**
   * The weight of an expert as products are made with it.
   *
   * @param expert in [0, E)
   * @param room [out,in]. Modified, if the weight is not in memory in this form; the result is then this array.
   * @return [out,in], not to be modified; valid until the room is used again
   */
  default Matrix weight(int expert, INDArray room) {
    copy(expert, Rows.of(room), 0);
    return Matrix.of(room);
  }

  /** The bias of an expert [out], a copy; null if there is none. */
  double @Nullable [] bias(int expert);
}
