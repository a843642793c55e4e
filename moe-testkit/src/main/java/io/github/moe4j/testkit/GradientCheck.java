package io.github.moe4j.testkit;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Assertions;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Compares gradients with central differences {@code (f(v+h) − f(v−h))/2h} in float64.
 *
 * <p>{@code h = 1e-6·max(1, |v|)}. The error of an entry is {@code |a−n| / max(0.01, |a|+|n|)} of
 * the analytic and the numeric gradient; it must be below 1e-6. Differences of a function of size 1
 * are accurate to about 1e-10; the 0.01 separates that from true errors of small entries. Use a
 * smooth objective of about that size, such as {@link #weightedSum}.
 *
 * <p>The rounding of a function of size 100 is as large as the tolerance. An entry that fails is
 * therefore compared again with five points at a step 100 times as large, {@code (8·(f(v+h) −
 * f(v−h)) − (f(v+2h) − f(v−2h)))/12h}, whose rounding is 100 times smaller and whose truncation is of
 * the order of h⁴; the better of the two counts.
 *
 * <pre>{@code
 * GradientCheck.of(() -> objective()).add("x", x, dx).addAll(parameters, gradients).assertCorrect();
 * }</pre>
 */
public final class GradientCheck {
  private static final double STEP = 1e-6;
  private static final double WIDE_STEP = 1e-4;
  private static final double FLOOR = 1e-2;
  private static final double TOLERANCE = 1e-6;

  /** Arrays up to this length are checked entry by entry, larger ones at that many positions. */
  private static final int ENTRIES = 256;

  private final DoubleSupplier objective;
  private final List<Variable> variables = new ArrayList<>();

  private GradientCheck(DoubleSupplier objective) {
    this.objective = objective;
  }

  /**
   * A check of the gradient of a function.
   *
   * @param objective the function at the current values of all added arrays
   */
  public static GradientCheck of(DoubleSupplier objective) {
    return new GradientCheck(objective);
  }

  /** {@code Σ y·weight}, the objective for an array. */
  public static double weightedSum(INDArray y, double[] weight) {
    return weightedSum(Near.values(y), weight);
  }

  /** {@code Σ y·weight}. */
  public static double weightedSum(double[] y, double[] weight) {
    Assertions.assertEquals(y.length, weight.length, "length of the objective's weight");
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += y[i] * weight[i];
    }
    return sum;
  }

  /**
   * Adds an array to vary.
   *
   * @param values DOUBLE. Modified, and restored.
   * @param gradient of the objective with respect to it. Not modified.
   */
  public GradientCheck add(String name, INDArray values, INDArray gradient) {
    Assertions.assertEquals(DataType.DOUBLE, values.dataType(), name + ": type");
    Assertions.assertArrayEquals(values.shape(), gradient.shape(), name + ": shape of gradient");
    variables.add(new Variable(
        name, values.shape(), Near.values(gradient), values::getDouble, values::putScalar));
    return this;
  }

  /**
   * Adds a plain array to vary.
   *
   * @param values modified, and restored
   * @param gradient of the objective with respect to it. Not modified.
   */
  public GradientCheck add(String name, double[] values, double[] gradient) {
    variables.add(new Variable(
        name,
        new long[] {values.length},
        gradient.clone(),
        i -> values[i],
        (i, v) -> values[(int) i] = v));
    return this;
  }

  /** Adds all parameters; the gradients must have the same names. */
  public GradientCheck addAll(NamedArrays parameters, Gradients gradients) {
    Assertions.assertEquals(parameters.names(), gradients.names(), "names of the gradients");
    parameters.forEach((name, array) -> add(name, array, gradients.get(name)));
    return this;
  }

  /** Whether the objective depends on any added array, by differences only. */
  public boolean varies() {
    return variables.stream()
        .anyMatch(variable -> Arrays.stream(variable.places())
            .anyMatch(index -> Math.abs(variable.compare(index, objective).numeric) > FLOOR));
  }

  /** Fails if a gradient is wrong, or if the objective depends on no added array. */
  public void assertCorrect() {
    Entry worst = new Entry("", 0, 0, -1);
    double largest = 0;
    int count = 0;
    for (Variable variable : variables) {
      for (int index : variable.places()) {
        Entry entry = variable.compare(index, objective);
        count++;
        largest = Math.max(largest, Math.abs(entry.numeric));
        if (Double.isNaN(entry.error) || entry.error > worst.error) {
          worst = entry;
        }
        if (Double.isNaN(entry.error)) {
          Assertions.fail("gradient of " + entry);
        }
      }
    }
    if (worst.error >= TOLERANCE) {
      Assertions.fail(
          "gradient of " + worst + ", must be below " + TOLERANCE + "; worst of " + count);
    }
    Assertions.assertTrue(
        largest > FLOOR, "the objective must depend on what is checked but changes by " + largest);
  }

  /** One comparison. */
  private record Entry(String place, double analytic, double numeric, double error) {
    @Override
    public String toString() {
      return place
          + " is "
          + analytic
          + " but differences give "
          + numeric
          + ": relative error "
          + error;
    }
  }

  /** Sets one element. */
  @FunctionalInterface
  private interface Setter {
    void set(long index, double value);
  }

  /** An array to vary. */
  private record Variable(
      String name, long[] shape, double[] gradient, IntToDoubleFunction get, Setter set) {
    int[] places() {
      int length = gradient.length;
      int[] places = new int[Math.min(length, ENTRIES)];
      SplittableRandom random = new SplittableRandom(length);
      Arrays.setAll(places, i -> length <= ENTRIES ? i : random.nextInt(length));
      return places;
    }

    Entry compare(int index, DoubleSupplier objective) {
      double value = get.applyAsDouble(index);
      double scale = Math.max(1, Math.abs(value));
      Entry narrow = entry(index, difference(index, value, STEP * scale, objective));
      Entry best = narrow;
      if (narrow.error >= TOLERANCE) {
        double step = WIDE_STEP * scale;
        double inner = difference(index, value, step, objective);
        double outer = difference(index, value, 2 * step, objective);
        Entry wide = entry(index, (4 * inner - outer) / 3);
        best = wide.error < narrow.error ? wide : narrow;
      }
      set.set(index, value);
      return best;
    }

    private double difference(int index, double value, double step, DoubleSupplier objective) {
      set.set(index, value + step);
      double above = objective.getAsDouble();
      set.set(index, value - step);
      double below = objective.getAsDouble();
      return (above - below) / ((value + step) - (value - step));
    }

    private Entry entry(int index, double numeric) {
      double analytic = gradient[index];
      double error =
          Math.abs(analytic - numeric) / Math.max(FLOOR, Math.abs(analytic) + Math.abs(numeric));
      return new Entry(name + indices(index), analytic, numeric, error);
    }

    private String indices(int index) {
      long[] indices = new long[shape.length];
      long rest = index;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        indices[axis] = rest % shape[axis];
        rest /= shape[axis];
      }
      return Arrays.toString(indices);
    }
  }
}
