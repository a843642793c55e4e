package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import java.util.Objects;

/** Reads the codes of a part of a row at once, and converts them piece by piece. For one thread. */
abstract class CodesReader implements StoredMatrix.Reader {
  private final long rows;
  private final int columns;

  CodesReader(StoredMatrix matrix) {
    this.rows = matrix.rows();
    this.columns = matrix.columns();
  }

  @Override
  public final void read(
      long row, int column, int count, float[] target, int at, int piece, int apart) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(column, count, columns);
    load(row, column, count);
    for (int i = 0; i < count; i += piece) {
      convert(i, Math.min(piece, count - i), target, at + i / piece * apart);
    }
  }

  /** Reads the codes of some columns of a row. */
  abstract void load(long row, int column, int count);

  /**
   * Makes some of the numbers that were read float32.
   *
   * @param first counted from the first that was read
   * @param target Modified: {@code count} elements from {@code at} on.
   */
  abstract void convert(int first, int count, float[] target, int at);

  /** Memory for so many bytes: the same, if it is long enough. */
  static byte[] room(byte[] before, int length) {
    return before.length >= length ? before : new byte[length];
  }
}
