package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static io.github.moe4j.core.internal.kernel.PanelLoader.even;

/**
 * Products of matrices outside the heap: parts of both factors are copied into the layouts of a {@link
 * Kernel}, sums are made on the heap and copied back. Thread-safe.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class KernelProduct<A> {
  /** Elements of one copied part of the left factor: about what fits the second cache. */
  private static final int LEFT_ELEMENTS = 1 << 18;

  /** Terms of a transposed product that are summed at a time. */
  private static final int TERMS = 1024;

  /** Columns of the left factor of a transposed product that are kept in panels. */
  private static final int LEFT_COLUMNS = 4 * SEGMENT;

  private static final int LEFT = 0;
  private static final int RIGHT = 1;
  private static final int SUM = 2;
  private static final int SCRATCH = 3;

  private final Kernel<A> kernel;
  private final Room.Pool<A> rooms;

  /** Products by a kernel. */
  public KernelProduct(Kernel<A> kernel, Room.Pool<A> rooms) {
    this.kernel = kernel;
    this.rooms = rooms;
  }

  /**
   * A matrix, or the transposed one.
   *
   * @param window its elements as they lie
   * @param transposed whether rows are columns
   * @param <A> {@code float[]} or {@code double[]}
   */
  public record Factor<A>(Window<A> window, boolean transposed) {}

  /**
   * A result.
   *
   * @param window its elements
   * @param add whether the product is added to them rather than put in their place
   * @param <A> {@code float[]} or {@code double[]}
   */
  public record Result<A>(Window<A> window, boolean add) {}

  /**
   * {@code c = a·b}, or {@code c += a·b}.
   *
   * @param m rows of the result
   * @param n columns of the result
   * @param k terms of each sum
   * @param a [m,k]. Not modified.
   * @param b [k,n]. Not modified.
   * @param c [m,n]. Modified.
   */
  public void multiply(int m, int n, int k, Factor<A> a, Factor<A> b, Result<A> c) {
    rooms.with(room -> {
      if (a.transposed && !b.transposed) {
        transposed(room, m, n, k, a.window, b.window, c);
      } else {
        byRows(room, m, n, k, a, b, c);
      }
    });
  }

  private void byRows(Room<A> room, int m, int n, int k, Factor<A> a, Factor<A> b, Result<A> c) {
    PanelLoader<A> panels = new PanelLoader<>(kernel, room, SCRATCH, k);
    A right = room.panels(RIGHT, kernel.padded(Math.min(n, SEGMENT)) * even(k));
    int tile = kernel.tileRows();
    int most = Math.max(2, LEFT_ELEMENTS / even(k) / tile) * tile;
    for (int top = 0; top < m; top += most) {
      int rows = Math.min(most, m - top);
      Segments<A> left = loadLeft(room, top, rows, k, a);
      for (int first = 0; first < n; first += SEGMENT) {
        int columns = Math.min(SEGMENT, n - first);
        if (b.transposed) {
          panels.rows(b.window, first, columns, right);
        } else {
          panels.columns(b.window, 0, first, columns, right, kernel.origin());
        }
        Sum sum = new Sum(room, top, rows, first, columns);
        sum.load(c.window, c.add);
        for (int j = 0; j < columns; j += kernel.width()) {
          left.multiply(
              kernel, rows, right, kernel.origin() + j * even(k), sum.array, j, sum.stride);
        }
        sum.store(c.window);
      }
    }
  }

  private Segments<A> loadLeft(Room<A> room, int top, int rows, int k, Factor<A> a) {
    int padded = kernel.paddedRows(rows);
    Segments<A> left = new Segments<>(room.array(LEFT, Segments.length(padded, k)), padded, k);
    if (a.transposed) {
      A row = room.array(SCRATCH, rows);
      for (int p = 0; p < k; p++) {
        a.window.read(p, top, rows, row, 0);
        left.setColumn(kernel, p, row, rows);
      }
    } else {
      left.load(a.window, top, rows);
    }
    left.clearRest(kernel, rows);
    return left;
  }

  /**
   * Both factors have their terms as rows, so both lie as panels do. Panels of many columns of the left one
   * are kept for all columns of the right one.
   */
  private void transposed(
      Room<A> room, int m, int n, int k, Window<A> a, Window<A> b, Result<A> c) {
    for (int from = 0; from < k; from += TERMS) {
      int terms = Math.min(TERMS, k - from);
      for (int top = 0; top < m; top += LEFT_COLUMNS) {
        int rows = Math.min(LEFT_COLUMNS, m - top);
        transposed(
            room, from, terms, top, rows, n, a, b, new Result<>(c.window, c.add || from > 0));
      }
    }
  }

  private void transposed(
      Room<A> room,
      int from,
      int terms,
      int top,
      int rows,
      int n,
      Window<A> a,
      Window<A> b,
      Result<A> c) {
    int origin = kernel.origin();
    PanelLoader<A> panels = new PanelLoader<>(kernel, room, SCRATCH, terms);
    A left = room.panels(LEFT, kernel.padded(rows) * even(terms));
    A right = room.panels(RIGHT, kernel.padded(Math.min(n, SEGMENT)) * even(terms));
    for (int i = 0; i < rows; i += SEGMENT) {
      int count = Math.min(SEGMENT, rows - i);
      panels.columns(a, from, top + i, count, left, origin + i * even(terms));
    }
    for (int first = 0; first < n; first += SEGMENT) {
      int columns = Math.min(SEGMENT, n - first);
      panels.columns(b, from, first, columns, right, origin);
      for (int i = 0; i < rows; i += SEGMENT) {
        int count = Math.min(SEGMENT, rows - i);
        Sum sum = new Sum(room, top + i, count, first, columns);
        sum.load(c.window, c.add);
        tiles(even(terms), left, origin + i * even(terms), count, right, columns, sum);
        sum.store(c.window);
      }
    }
  }

  private void tiles(int terms, A left, int leftAt, int rows, A right, int columns, Sum sum) {
    int origin = kernel.origin();
    for (int j = 0; j < columns; j += kernel.width()) {
      for (int i = 0; i < rows; i += kernel.width()) {
        int at = i * sum.stride + j;
        kernel.multiplyTransposed(
            terms, left, leftAt + i * terms, right, origin + j * terms, sum.array, at, sum.stride);
      }
    }
  }

  /** A part of the result on the heap, with room for whole tiles. */
  private final class Sum {
    final A array;
    final int stride;
    private final int top;
    private final int rows;
    private final int first;
    private final int columns;

    Sum(Room<A> room, int top, int rows, int first, int columns) {
      this.top = top;
      this.rows = rows;
      this.first = first;
      this.columns = columns;
      this.stride = kernel.padded(columns);
      this.array = room.array(SUM, Math.max(kernel.paddedRows(rows), kernel.padded(rows)) * stride);
    }

    void load(Window<A> c, boolean add) {
      if (!add) {
        kernel.clear(array, 0, rows * stride);
        return;
      }
      for (int r = 0; r < rows; r++) {
        c.read(top + r, first, columns, array, r * stride);
      }
    }

    void store(Window<A> c) {
      for (int r = 0; r < rows; r++) {
        c.write(top + r, first, columns, array, r * stride);
      }
    }
  }
}
