package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.kernel.Kernel;
import io.github.moe4j.core.internal.kernel.PanelLoader;
import io.github.moe4j.core.internal.kernel.Room;
import io.github.moe4j.core.internal.kernel.Segments;
import io.github.moe4j.core.internal.kernel.Window;

/**
 * The products of one block of rows in one thread, and its arrays on the heap: left factors in segments, and
 * sums of up to {@value io.github.moe4j.core.internal.kernel.Kernel#SEGMENT} columns with rows as far apart.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class BlockProducts<A> {
  /** Numbers of arrays in a room. */
  private static final int RIGHT = 0;

  static final int SCRATCH = 1;
  private static final int FACTORS = 2;
  private static final int LEFT = 3;
  private static final int WIDE = 7;
  private static final int SUMS = 8;

  private final Kernel<A> kernel;
  private final Room<A> room;
  private final int rows;

  /** Products of some rows, with arrays of a room. */
  public BlockProducts(ElementKernel<A> element, Room<A> room, int rows) {
    this.kernel = element.kernel();
    this.room = room;
    this.rows = rows;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Room for a left factor; a block has few. */
  public Segments<A> left(int number, int terms) {
    int padded = kernel.paddedRows(rows);
    return new Segments<>(room.array(LEFT + number, Segments.length(padded, terms)), padded, terms);
  }

  /** A left factor of the rows of a window. */
  public Segments<A> load(int number, Window<A> window, int terms) {
    Segments<A> left = left(number, terms);
    left.load(window, 0, rows);
    left.clearRest(kernel, rows);
    return left;
  }

  /** An array of sums; a block has few. */
  public A sum(int number) {
    return room.array(SUMS + number, kernel.paddedRows(rows) * SEGMENT);
  }

  /** Sets all sums to zero. */
  void clear(A sum) {
    kernel.clear(sum, 0, rows * SEGMENT);
  }

  /** Room for the panels of a right factor. */
  public A panels(int terms, int columns) {
    return room.panels(RIGHT, kernel.padded(columns) * PanelLoader.even(terms));
  }

  /**
   * {@code sum += left·right}.
   *
   * @param right panels of some columns from {@code rightAt} on. Not modified.
   * @param sum element (r, c) at {@code sumAt + r·stride + c}. Modified.
   */
  public void multiply(
      Segments<A> left, A right, int rightAt, int columns, A sum, int sumAt, int stride) {
    int terms = PanelLoader.even(left.terms());
    for (int j = 0; j < columns; j += kernel.width()) {
      left.multiply(kernel, rows, right, rightAt + j * terms, sum, sumAt + j, stride);
    }
  }

  /** An array of sums of more columns, rows as far apart as whole panels have columns. */
  public A wide(int columns) {
    return room.array(WIDE, kernel.paddedRows(rows) * kernel.padded(columns));
  }

  void read(Window<A> window, int first, int columns, A sum) {
    for (int r = 0; r < rows; r++) {
      window.read(r, first, columns, sum, r * SEGMENT);
    }
  }

  void write(A sum, Window<A> window, int first, int columns) {
    for (int r = 0; r < rows; r++) {
      window.write(r, first, columns, sum, r * SEGMENT);
    }
  }

  /** Multiplies values by the dropout's factor where they are kept, else by 0. */
  void scale(A values, Window<A> ones, int first, int columns, DropoutMask mask) {
    A factors = room.array(FACTORS, columns);
    for (int r = 0; r < rows; r++) {
      ones.read(r, first, columns, factors, 0);
      kernel.scale(values, r * SEGMENT, factors, 0, columns, mask.factor());
    }
  }

  /** An array of exactly some length, for functions of whole arrays. */
  A exact(int number, int length) {
    return room.exact(number, length);
  }

  /** The innermost loops. */
  public Kernel<A> kernel() {
    return kernel;
  }
}
