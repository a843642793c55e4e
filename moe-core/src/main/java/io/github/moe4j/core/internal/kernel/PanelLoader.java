package io.github.moe4j.core.internal.kernel;

/**
 * Copies parts of a matrix into panels.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class PanelLoader<A> {
  /** Rows a power of two apart would share few lines of the cache. */
  static final int APART = 16;

  private final Kernel<A> kernel;
  private final A scratch;
  private final int terms;

  /**
   * A loader of panels with some terms.
   *
   * @param room gives scratch memory, as its array {@code number}
   */
  public PanelLoader(Kernel<A> kernel, Room<A> room, int number, int terms) {
    this.kernel = kernel;
    this.terms = terms;
    int rows = kernel.width() * (even(terms) + APART);
    this.scratch = room.array(number, Math.max(rows, kernel.padded(Kernel.SEGMENT)));
  }

  /** The number of terms in a panel: even. */
  public static int even(int terms) {
    return terms + (terms & 1);
  }

  /**
   * Panels whose columns are columns of the matrix.
   *
   * @param from first row, of as many as there are terms
   * @param first column of the first panel
   * @param columns at most {@link Kernel#SEGMENT}
   * @param panels from {@code at} on. Modified: overwritten.
   */
  public void columns(Window<A> matrix, int from, int first, int columns, A panels, int at) {
    int length = kernel.padded(columns);
    kernel.clear(scratch, columns, length - columns);
    for (int p = 0; p < terms; p++) {
      matrix.read(from + p, first, columns, scratch, 0);
      kernel.scatter(scratch, length, panels, at, p, even(terms));
    }
    if (terms < even(terms)) {
      kernel.clear(scratch, 0, length);
      kernel.scatter(scratch, length, panels, at, terms, even(terms));
    }
  }

  /**
   * Panels whose columns are rows of the matrix.
   *
   * @param first row, which is the first panel's first column
   * @param rows number of them
   * @param panels from {@link Kernel#origin} on. Modified: overwritten.
   */
  public void rows(Window<A> matrix, int first, int rows, A panels) {
    int width = kernel.width();
    int stride = even(terms) + APART;
    for (int j = 0; j < rows; j += width) {
      int count = Math.min(width, rows - j);
      if (count < width || terms < even(terms)) {
        kernel.clear(scratch, 0, width * stride);
      }
      for (int r = 0; r < count; r++) {
        matrix.read(first + j + r, 0, terms, scratch, r * stride);
      }
      int to = kernel.origin() + j * even(terms);
      kernel.transpose(scratch, 0, stride, width, even(terms), panels, to, width);
    }
  }
}
