package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import io.github.moe4j.core.internal.kernel.Segments;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * Applies a hidden function to the values of a block, a few rows of a segment at a time.
 *
 * @param arrays makes an array of arrays
 * @param values the function
 * @param gradients its gradients
 * @param <A> {@code float[]} or {@code double[]}
 */
public record HiddenSpans<A>(
    IntFunction<A[]> arrays, BiConsumer<A[], A> values, GradientFunction<A> gradients) {
  /** Rows of whole segments at a time: what fits the nearest cache and is long enough for vectors. */
  private static final int ROWS = 8;

  /** Gradients of a hidden function. */
  @FunctionalInterface
  public interface GradientFunction<A> {
    /** As {@link HiddenFunction#gradients}. */
    void apply(A[] projected, A dHidden, A[] dProjected);
  }

  /** Spans of float32. */
  public static HiddenSpans<float[]> floats(HiddenFunction function) {
    return new HiddenSpans<>(float[][]::new, function::values, function::gradients);
  }

  /** Spans of float64. */
  public static HiddenSpans<double[]> doubles(HiddenFunction function) {
    return new HiddenSpans<>(double[][]::new, function::values, function::gradients);
  }

  /**
   * Hidden values of some columns of all rows.
   *
   * @param projected by projection, rows a segment apart. Not modified.
   * @param hidden from {@code at} on, rows a segment apart. Modified: overwritten.
   */
  void values(BlockProducts<A> products, List<A> projected, int columns, A hidden, int at) {
    spans(products.rows(), columns, (row, length) -> {
      A[] in = arrays.apply(projected.size());
      for (int p = 0; p < in.length; p++) {
        in[p] = products.exact(p, length);
        products.kernel().copy(projected.get(p), row * SEGMENT, in[p], 0, length);
      }
      A out = products.exact(in.length, length);
      values.accept(in, out);
      products.kernel().copy(out, 0, hidden, at + row * SEGMENT, length);
    });
  }

  /**
   * Gradients of some columns of all rows.
   *
   * @param projected by projection, rows a segment apart. Not modified.
   * @param dHidden gradient of the hidden values, likewise. Not modified.
   * @param dProjected by projection. Modified: the segment of term {@code first} is overwritten.
   */
  void gradients(
      BlockProducts<A> products,
      List<A> projected,
      A dHidden,
      int columns,
      List<Segments<A>> dProjected,
      int first) {
    int count = projected.size();
    spans(products.rows(), columns, (row, length) -> {
      A[] in = arrays.apply(count);
      A[] out = arrays.apply(count);
      for (int p = 0; p < count; p++) {
        in[p] = products.exact(p, length);
        out[p] = products.exact(count + p, length);
        products.kernel().copy(projected.get(p), row * SEGMENT, in[p], 0, length);
      }
      A gradient = products.exact(2 * count, length);
      products.kernel().copy(dHidden, row * SEGMENT, gradient, 0, length);
      gradients.apply(in, gradient, out);
      for (int p = 0; p < count; p++) {
        Segments<A> target = dProjected.get(p);
        products.kernel().copy(out[p], 0, target.array(), target.at(row, first), length);
      }
    });
  }

  /** Work on as many elements from the start of a row on. */
  @FunctionalInterface
  private interface Span {
    void run(int row, int length);
  }

  /** Whole segments lie one after another, so several rows are one span. */
  private static void spans(int rows, int columns, Span work) {
    int row = 0;
    if (columns == SEGMENT) {
      for (; row + ROWS <= rows; row += ROWS) {
        work.run(row, ROWS * SEGMENT);
      }
    }
    for (; row < rows; row++) {
      work.run(row, columns);
    }
  }
}
