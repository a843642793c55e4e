package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.PanelLoader.even;

/**
 * Rows of a matrix as the columns of panels, for products whose left factor is another matrix as it lies. The
 * last panel is narrow if so few rows are left.
 *
 * @param array holds the panels one after another, from {@code origin} on
 * @param origin where they begin
 * @param rows of the matrix: columns of all panels together
 * @param terms of each panel: columns of the matrix
 * @param wide columns of a panel
 * @param narrow columns of a narrow one
 * @param <A> {@code float[]} or {@code double[]}
 */
public record ColumnPanels<A>(A array, int origin, int rows, int terms, int wide, int narrow) {
  /** Panels in an array of a room. */
  public static <A> ColumnPanels<A> in(
      Room<A> room, int number, Kernel<A> kernel, int rows, int terms) {
    A array = room.panels(number, kernel.padded(rows) * even(terms));
    return new ColumnPanels<>(
        array, kernel.origin(), rows, terms, kernel.width(), kernel.narrowWidth());
  }

  /** Number of panels. */
  public int count() {
    return (rows + wide - 1) / wide;
  }

  /** Number of rows that are columns of a panel. */
  public int columns(int panel) {
    return Math.min(wide, rows - panel * wide);
  }

  /** Columns of a panel, with those that are no row. */
  public int width(int panel) {
    return columns(panel) <= narrow ? narrow : wide;
  }

  /** Where the elements of a term of a panel lie. */
  public int at(int panel, int term) {
    return origin + panel * wide * even(terms) + term * width(panel);
  }

  /**
   * Makes rows of a matrix the columns.
   *
   * @param matrix [n,terms], of which the first rows are read
   * @param scratch as long as {@link #scratchLength}. Modified.
   */
  public void load(Kernel<A> kernel, Window<A> matrix, A scratch) {
    for (int t = 0; t < count(); t++) {
      load(kernel, matrix, t, 0, terms, 0, scratch);
    }
  }

  /** Makes some columns of the matrix, from {@code column} on, the terms of a panel from {@code term} on. */
  public void load(
      Kernel<A> kernel, Window<A> matrix, int panel, int column, int count, int term, A scratch) {
    int width = width(panel);
    int stride = stride(count);
    kernel.clear(scratch, 0, width * stride);
    for (int c = 0; c < columns(panel); c++) {
      matrix.read(panel * wide + c, column, count, scratch, c * stride);
    }
    int here = term + count == terms ? even(count) : count;
    kernel.transpose(scratch, 0, stride, width, here, array, at(panel, term), width);
  }

  /**
   * Writes the terms of a panel, which lie as in one, to rows of a matrix.
   *
   * @param values term p of column c at {@code at + p·width + c}. Not modified.
   * @param matrix Modified: {@code count} columns from {@code column} on.
   */
  public void store(
      Kernel<A> kernel,
      A values,
      int at,
      int panel,
      Window<A> matrix,
      int column,
      int count,
      A scratch) {
    int stride = stride(count);
    kernel.transpose(values, at, width(panel), count, columns(panel), scratch, 0, stride);
    for (int c = 0; c < columns(panel); c++) {
      matrix.write(panel * wide + c, column, count, scratch, c * stride);
    }
  }

  /** Length of the scratch memory that {@code count} terms of a panel need. */
  public int scratchLength(int count) {
    return wide * stride(count);
  }

  /** Rows a power of two apart would share few lines of the cache. */
  private static int stride(int count) {
    return even(count) + PanelLoader.APART;
  }
}
