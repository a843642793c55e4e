package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array whose second axis alternates gate, up, gate, up …, split into two arrays of half its
 * length.
 *
 * @param gate elements 0, 2, 4 … of the second axis
 * @param up elements 1, 3, 5 … of the second axis
 */
record InterleavedGlu(INDArray gate, INDArray up) {
  /**
   * Copies the halves.
   *
   * @param both [E,2H,D] or [E,2H]. Not modified.
   */
  static InterleavedGlu split(String name, INDArray both) {
    long[] half = both.shape().clone(); // shape() is the array's own
    Require.that(
        half[1] >= 2 && half[1] % 2 == 0,
        "%s must have an even second axis, gate and up alternating, but was %s",
        name,
        Arrays.toString(half));
    half[1] /= 2;
    INDArray gate = Allocate.zeros(both.dataType(), half);
    INDArray up = Allocate.zeros(both.dataType(), half);
    long pairs = half[0] * half[1];
    int width = Math.toIntExact(gate.length() / pairs);
    // A pair lies in one piece: its gate first, then its up.
    Rows source = Rows.of(Contiguous.of(both).reshape('c', pairs, 2L * width));
    Rows gates = Rows.of(gate.reshape('c', pairs, width));
    Rows ups = Rows.of(up.reshape('c', pairs, width));
    double[] pair = new double[2 * width];
    for (long r = 0; r < pairs; r++) {
      source.read(r, pair);
      gates.write(r, Arrays.copyOf(pair, width));
      ups.write(r, Arrays.copyOfRange(pair, width, 2 * width));
    }
    return new InterleavedGlu(gate, up);
  }
}
