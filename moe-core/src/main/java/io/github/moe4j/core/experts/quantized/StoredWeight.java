package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;

/**
 * Where the weight [out,in] of an expert lies in a stored matrix: number (o, i) in row {@code firstRow + o·step} and
 * column {@code firstColumn + i}; transposed, in row {@code firstRow + i} and column {@code firstColumn + o·step}. A bias
 * [out] is a weight with one input. Immutable.
 *
 * @param matrix the stored matrix
 * @param out rows of the weight
 * @param in columns of the weight
 * @param firstRow of the matrix
 * @param firstColumn of the matrix
 * @param step from an output to the next: 2 where those of two weights alternate
 * @param transposed whether an output is a column of the matrix
 */
public record StoredWeight(
    StoredMatrix matrix,
    int out,
    int in,
    long firstRow,
    int firstColumn,
    int step,
    boolean transposed) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if the weight is empty or not within the matrix
   */
  public StoredWeight {
    Require.positive("out", out);
    Require.positive("in", in);
    Require.positive("step", step);
    long outputs = (out - 1L) * step + 1;
    long rows = transposed ? in : outputs;
    long columns = transposed ? outputs : in;
    Require.that(
        firstRow >= 0
            && firstColumn >= 0
            && firstRow <= matrix.rows() - rows
            && firstColumn <= matrix.columns() - columns,
        "weight must be within a matrix [%d,%d] but has %d rows from %d and %d columns from %d",
        matrix.rows(),
        matrix.columns(),
        rows,
        firstRow,
        columns,
        firstColumn);
  }

  /** All numbers, row by row, as a new array [out·in]. */
  float[] toArray() {
    float[] all = new float[Math.multiplyExact(out, in)];
    StoredWindow window = StoredWindow.of(this);
    for (int o = 0; o < out; o++) {
      window.read(o, 0, in, all, o * in);
    }
    return all;
  }
}
