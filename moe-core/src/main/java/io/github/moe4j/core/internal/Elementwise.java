package io.github.moe4j.core.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies a function of single elements to the same elements of several arrays, a span of them at a
 * time: one that fits the cache nearest to the processor, and is long enough for vector instructions
 * where rows are short. Float32 stays float32. Not thread-safe.
 */
public final class Elementwise {
  private static final int SPAN = 2048;

  private final List<float[][]> floatSpans = new ArrayList<>();
  private final List<double[][]> doubleSpans = new ArrayList<>();

  /** Room for the spans of one thread, which it keeps. */
  public Elementwise() {}

  /** Work on the same elements of each float64 array. */
  @FunctionalInterface
  public interface Doubles {
    /**
     * Computes the outputs of a span.
     *
     * @param in elements of each input. May be used as scratch.
     * @param out as many of each output, to be filled
     */
    void apply(double[][] in, double[][] out);
  }

  /** Work on the same elements of each float32 array. */
  @FunctionalInterface
  public interface Floats {
    /**
     * Computes the outputs of a span.
     *
     * @param in elements of each input. May be used as scratch.
     * @param out as many of each output, to be filled
     */
    void apply(float[][] in, float[][] out);
  }

  /**
   * Runs the work over the rows {@code [from, to)}, in the thread that calls it.
   *
   * @param inputs rows of one width and type. Not modified, unless also an output.
   * @param outputs rows of the same width and type. Modified: overwritten.
   * @param doubles the work on float64
   * @param floats the same on float32
   */
  public void apply(
      int from, int to, List<Rows> inputs, List<Rows> outputs, Doubles doubles, Floats floats) {
    if (outputs.get(0).areFloats()) {
      apply(from, to, inputs, outputs, floats);
      return;
    }
    int rowsPerSpan = rowsPerSpan(outputs);
    int whole = to - (to - from) % rowsPerSpan;
    runDoubles(from, whole, rowsPerSpan, inputs, outputs, doubles);
    runDoubles(whole, to, 1, inputs, outputs, doubles);
  }

  /** The same of rows that are all float32. */
  public void apply(int from, int to, List<Rows> inputs, List<Rows> outputs, Floats floats) {
    int rowsPerSpan = rowsPerSpan(outputs);
    int whole = to - (to - from) % rowsPerSpan;
    runFloats(from, whole, rowsPerSpan, inputs, outputs, floats);
    runFloats(whole, to, 1, inputs, outputs, floats);
  }

  private static int rowsPerSpan(List<Rows> outputs) {
    return Math.max(1, SPAN / outputs.get(0).width());
  }

  private void runFloats(
      int from, int to, int step, List<Rows> inputs, List<Rows> outputs, Floats work) {
    int length = step * outputs.get(0).width();
    float[][] in = floats(inputs.size(), length, null);
    float[][] out = floats(outputs.size(), length, in);
    for (int r = from; r < to; r += step) {
      for (int i = 0; i < in.length; i++) {
        inputs.get(i).read(r, step, in[i]);
      }
      work.apply(in, out);
      for (int i = 0; i < out.length; i++) {
        outputs.get(i).write(r, step, out[i]);
      }
    }
  }

  private void runDoubles(
      int from, int to, int step, List<Rows> inputs, List<Rows> outputs, Doubles work) {
    int length = step * outputs.get(0).width();
    double[][] in = doubles(inputs.size(), length, null);
    double[][] out = doubles(outputs.size(), length, in);
    for (int r = from; r < to; r += step) {
      for (int i = 0; i < in.length; i++) {
        inputs.get(i).read(r, step, in[i]);
      }
      work.apply(in, out);
      for (int i = 0; i < out.length; i++) {
        outputs.get(i).write(r, step, out[i]);
      }
    }
  }

  private float[][] floats(int count, int length, float @Nullable [][] taken) {
    for (float[][] spans : floatSpans) {
      if (spans != taken && spans.length == count && spans[0].length == length) {
        return spans;
      }
    }
    float[][] spans = new float[count][length];
    floatSpans.add(spans);
    return spans;
  }

  private double[][] doubles(int count, int length, double @Nullable [][] taken) {
    for (double[][] spans : doubleSpans) {
      if (spans != taken && spans.length == count && spans[0].length == length) {
        return spans;
      }
    }
    double[][] spans = new double[count][length];
    doubleSpans.add(spans);
    return spans;
  }
}
