package io.github.moe4j.core.internal.kernel;

/**
 * The innermost loops of matrix products, on arrays of one element type. Stateless and thread-safe.
 *
 * <p>Layouts, w being {@link #width}:
 *
 * <ul>
 *   <li>a <em>panel</em> of up to w columns of a matrix: element (p, c) at {@code p·w + c}, columns that
 *       are missing zero; a <em>narrow</em> one of up to {@link #narrowWidth} columns likewise;
 *   <li>a <em>segment</em> of up to {@link #SEGMENT} columns of some rows: element (r, p) at {@code
 *       r·SEGMENT + p}. A constant distance between rows lets the compiler address all rows of a tile
 *       from one register.
 * </ul>
 *
 * <p>The number of terms is even; one that is added is zero in both factors.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Kernel<A> {
  /** Columns of a segment. */
  int SEGMENT = 256;

  /** Columns of a panel. */
  int width();

  /** Columns of a narrow panel: half of {@link #width}. */
  int narrowWidth();

  /**
   * Where panels begin in an array: a large array of the heap mostly begins at a line of the cache, its
   * elements 16 bytes after that, and loads that cross lines cost two.
   */
  int origin();

  /** Columns of as many whole panels as hold some columns. */
  default int padded(int columns) {
    return (columns + width() - 1) / width() * width();
  }

  /** Rows of the largest tile. Of a multiple of them no others are worked on. */
  int tileRows();

  /** Number of rows that are worked on for {@code rows}: buffers need room for as many. */
  int paddedRows(int rows);

  /** A zero array. */
  A allocate(int length);

  /**
   * {@code sum[r, c] += Σ_p left[r, p]·panel[p, c]}.
   *
   * @param rows of the left factor; beyond them, up to {@link #paddedRows}, sums are changed too
   * @param terms of each sum, even, at most {@link #SEGMENT}
   * @param left a segment of the left factor from {@code leftAt} on. Not modified.
   * @param panel a panel of the right factor from {@code panelAt} on. Not modified.
   * @param sum element (r, c) at {@code sumAt + r·sumStride + c}. Modified.
   */
  void multiply(
      int rows,
      int terms,
      A left,
      int leftAt,
      A panel,
      int panelAt,
      A sum,
      int sumAt,
      int sumStride);

  /**
   * {@link #multiply} with a narrow panel, and sums that lie as one does.
   *
   * @param sum element (r, c) at {@code sumAt + r·narrowWidth + c}. Modified.
   */
  void multiplyNarrow(
      int rows, int terms, A left, int leftAt, A panel, int panelAt, A sum, int sumAt);

  /**
   * {@code sum[i, c] += Σ_p left[p, i]·right[p, c]} for the w columns of each of two panels.
   *
   * @param terms of each sum, even
   * @param left a panel from {@code leftAt} on. Not modified.
   * @param right a panel from {@code rightAt} on. Not modified.
   * @param sum element (i, c) at {@code sumAt + i·sumStride + c}. Modified.
   */
  void multiplyTransposed(
      int terms, A left, int leftAt, A right, int rightAt, A sum, int sumAt, int sumStride);

  /**
   * Makes rows columns: {@code target[p, c] = rows[c, p]}.
   *
   * @param rows element (c, p) at {@code at + c·stride + p}. Not modified.
   * @param count of the rows
   * @param terms of each row
   * @param target element (p, c) at {@code to + p·apart + c}. Modified: these elements are overwritten.
   */
  void transpose(A rows, int at, int stride, int count, int terms, A target, int to, int apart);

  /**
   * Makes a row of a matrix that of its panels.
   *
   * @param row of the matrix, padded to whole panels. Not modified.
   * @param length of it
   * @param panels one after another, from {@code at} on. Modified.
   * @param p number of the row
   * @param terms number of all rows
   */
  void scatter(A row, int length, A panels, int at, int p, int terms);

  /** Copies {@code count} elements. */
  void copy(A source, int from, A target, int to, int count);

  /** Sets {@code count} elements from {@code at} on to zero. */
  void clear(A array, int at, int count);

  /** Makes rows of one value each: {@code target[r·width + c] = values[r]}. */
  void repeat(A values, int count, A target, int width);

  /** {@code values[at + i] *= factors[from + i]·factor}. */
  void scale(A values, int at, A factors, int from, int count, double factor);
}
