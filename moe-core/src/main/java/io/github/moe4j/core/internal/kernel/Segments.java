package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

/**
 * Some rows of a left factor, in the segments of a {@link Kernel}.
 *
 * @param array holds the segments one after another
 * @param rows of each segment, padded
 * @param terms columns of all segments together
 * @param <A> {@code float[]} or {@code double[]}
 */
public record Segments<A>(A array, int rows, int terms) {
  /** Length of the array. */
  public static int length(int rows, int terms) {
    return (terms + SEGMENT - 1) / SEGMENT * SEGMENT * rows;
  }

  /** Where an element lies in the array. */
  public int at(int row, int term) {
    return (term / SEGMENT * rows + row) * SEGMENT + term % SEGMENT;
  }

  /** Copies some rows of a matrix from its row {@code first} on. */
  public void load(Window<A> matrix, int first, int count) {
    load(matrix, first, count, 0);
  }

  /** Copies some rows of a matrix from its row {@code first} and a column on. */
  public void load(Window<A> matrix, int first, int count, int column) {
    matrix.readSegments(first, count, column, terms, array, rows);
  }

  /** Sets the elements of one term. */
  void setColumn(Kernel<A> kernel, int term, A source, int count) {
    for (int r = 0; r < count; r++) {
      kernel.copy(source, r, array, at(r, term), 1);
    }
  }

  /** Makes the term after the last zero in the first {@code count} rows, where their number is odd. */
  public void clearRest(Kernel<A> kernel, int count) {
    if ((terms & 1) != 0) {
      for (int r = 0; r < count; r++) {
        kernel.clear(array, at(r, terms - 1) + 1, 1);
      }
    }
  }

  /**
   * {@code sum += these·panel}.
   *
   * @param panel of as many terms, made even, from {@code panelAt} on. Not modified.
   * @param sum element (r, c) at {@code sumAt + r·stride + c}. Modified.
   */
  public void multiply(
      Kernel<A> kernel, int count, A panel, int panelAt, A sum, int sumAt, int stride) {
    for (int p = 0; p < terms; p += SEGMENT) {
      int here = Math.min(SEGMENT, terms - p);
      kernel.multiply(
          count,
          PanelLoader.even(here),
          array,
          p * rows,
          panel,
          panelAt + p * kernel.width(),
          sum,
          sumAt,
          stride);
    }
  }

  /**
   * {@code sum += these·panel} for a panel of {@link ColumnPanels}.
   *
   * @param sum element (r, c) at {@code sumAt + r·w + c}, w being the panel's width. Modified.
   */
  public void multiply(
      Kernel<A> kernel, int count, ColumnPanels<A> right, int panel, int term, A sum, int sumAt) {
    int width = right.width(panel);
    for (int p = 0; p < terms; p += SEGMENT) {
      int here = PanelLoader.even(Math.min(SEGMENT, terms - p));
      int at = right.at(panel, term + p);
      if (width == kernel.width()) {
        kernel.multiply(count, here, array, p * rows, right.array(), at, sum, sumAt, width);
      } else {
        kernel.multiplyNarrow(count, here, array, p * rows, right.array(), at, sum, sumAt);
      }
    }
  }
}
