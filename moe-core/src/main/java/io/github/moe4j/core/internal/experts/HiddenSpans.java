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
  public void values(BlockProducts<A> products, List<A> projected, int columns, A hidden, int at) {
    int count = projected.size();
    A[] in = arrays.apply(count);
    spans(products.rows(), columns, (from, to, step, length) -> {
      exact(products, 0, in, length);
      A out = products.exact(count, length);
      for (int row = from; row < to; row += step) {
        for (int p = 0; p < count; p++) {
          products.kernel().copy(projected.get(p), row * SEGMENT, in[p], 0, length);
        }
        values.accept(in, out);
        products.kernel().copy(out, 0, hidden, at + row * SEGMENT, length);
      }
    });
  }

  /**
   * Gradients of some columns of all rows.
   *
   * @param projected by projection, rows a segment apart. Not modified.
   * @param dHidden gradient of the hidden values, likewise. Not modified.
   * @param dProjected by projection, one segment each. Modified: overwritten.
   */
  void gradients(
      BlockProducts<A> products,
      List<A> projected,
      A dHidden,
      int columns,
      List<Segments<A>> dProjected) {
    int count = projected.size();
    A[] in = arrays.apply(count);
    A[] out = arrays.apply(count);
    spans(products.rows(), columns, (from, to, step, length) -> {
      exact(products, 0, in, length);
      exact(products, count, out, length);
      A gradient = products.exact(2 * count, length);
      for (int row = from; row < to; row += step) {
        for (int p = 0; p < count; p++) {
          products.kernel().copy(projected.get(p), row * SEGMENT, in[p], 0, length);
        }
        products.kernel().copy(dHidden, row * SEGMENT, gradient, 0, length);
        gradients.apply(in, gradient, out);
        for (int p = 0; p < count; p++) {
          Segments<A> target = dProjected.get(p);
          products.kernel().copy(out[p], 0, target.array(), target.at(row, 0), length);
        }
      }
    });
  }

  private static <A> void exact(BlockProducts<A> products, int number, A[] target, int length) {
    for (int p = 0; p < target.length; p++) {
      target[p] = products.exact(number + p, length);
    }
  }

  /** Work on some rows, {@code step} of them at a time, which are {@code length} elements. */
  @FunctionalInterface
  private interface Spans {
    void run(int from, int to, int step, int length);
  }

  /** Whole segments lie one after another, so several rows are one span. */
  private static void spans(int rows, int columns, Spans work) {
    int whole = columns == SEGMENT ? rows / ROWS * ROWS : 0;
    if (whole > 0) {
      work.run(0, whole, ROWS, ROWS * SEGMENT);
    }
    if (whole < rows) {
      work.run(whole, rows, 1, columns);
    }
  }
}
