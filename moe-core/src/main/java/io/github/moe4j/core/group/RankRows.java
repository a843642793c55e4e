package io.github.moe4j.core.group;

import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rows of a matrix by rank, to send or to receive.
 *
 * @param rows [R,D] FLOAT or DOUBLE, contiguous in c order, sorted by rank. Kept, not copied.
 * @param start first row of each rank, and R at the end [N+1]. Copied.
 */
public record RankRows(INDArray rows, int[] start) {
  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if the starts do not rise from 0 to R, or the array is closed, not contiguous or
   *     of another type
   */
  public RankRows {
    Require.shape("rows", rows, -1, -1);
    Require.floating("rows", rows.dataType());
    Contiguous.require("rows", rows);
    start = start.clone();
    Require.that(
        start.length >= 2 && start[0] == 0 && start[start.length - 1] == rows.size(0),
        "start must be from 0 to R = %d but was %s",
        rows.size(0),
        Arrays.toString(start));
    for (int r = 1; r < start.length; r++) {
      Require.that(
          start[r] >= start[r - 1], "start must not fall but was %s", Arrays.toString(start));
    }
  }

  /**
   * First row of each rank, and R at the end.
   *
   * @return [N+1] a copy
   */
  @Override
  public int[] start() {
    return start.clone();
  }

  /** Number of ranks N. */
  int ranks() {
    return start.length - 1;
  }

  /** First element of a rank's rows. */
  long from(int rank) {
    return start[rank] * rows.size(1);
  }

  /** Elements of a rank's rows. */
  long elements(int rank) {
    return (start[rank + 1] - start[rank]) * rows.size(1);
  }
}
