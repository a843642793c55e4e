package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.RowMap;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Tokens and gradients between the type of a layer and the possibly wider one of its gate. */
final class GateRows {
  private GateRows() {}

  /**
   * The tokens in the gate's type, with padding zero: it may hold NaN, which no zero gradient would cancel. The array
   * itself if it is so already.
   */
  static INDArray of(INDArray x, TokenMask mask, DataType type, Arena.Scope scope) {
    if (x.dataType() == type && mask.allValid()) {
      return x;
    }
    INDArray copy = scope.take(type, x.shape());
    RowMap.apply(List.of(x), List.of(copy), (t, in, out) -> {
      if (mask.valid(t)) {
        System.arraycopy(in[0], 0, out[0], 0, out[0].length);
      } else {
        Arrays.fill(out[0], 0);
      }
    });
    return copy;
  }

  /**
   * Adds a gradient, which is rounded once if its type is wider.
   *
   * @param exact [T,D]. Not modified.
   * @param dx [T,D]. Modified.
   */
  static void add(INDArray exact, INDArray dx) {
    RowMap.apply(List.of(exact, dx), List.of(dx), (t, in, out) -> {
      for (int d = 0; d < out[0].length; d++) {
        out[0][d] = in[0][d] + in[1][d];
      }
    });
  }
}
