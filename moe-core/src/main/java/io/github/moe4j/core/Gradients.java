package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Zero;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradients with the names, shapes and types of some {@link NamedArrays}.
 *
 * <p>A sum that backward passes add into: gradients of micro-batches accumulate by themselves, and
 * an expert without tokens keeps its zero without any work. Not thread-safe.
 */
public final class Gradients {
  private final Map<String, INDArray> arrays;
  private final String prefix;

  private Gradients(Map<String, INDArray> arrays, String prefix) {
    this.arrays = arrays;
    this.prefix = prefix;
  }

  static Gradients zerosLike(NamedArrays parameters) {
    Map<String, INDArray> zeros = new LinkedHashMap<>();
    parameters.forEach(
        (name, array) -> zeros.put(name, Allocate.zeros(array.dataType(), array.shape())));
    return new Gradients(zeros, "");
  }

  /**
   * Gradients in arrays of the caller's, such as views of one vector. Backward passes add to them.
   *
   * @param arrays contiguous in c order, named as the parameters. Kept, not copied.
   */
  public static Gradients in(NamedArrays arrays) {
    Map<String, INDArray> kept = new LinkedHashMap<>();
    arrays.forEach(kept::put);
    return new Gradients(kept, "");
  }

  /** The same gradients as a part sees them: its names without {@code part.} before them. */
  public Gradients scoped(String part) {
    return new Gradients(arrays, prefix + part + ".");
  }

  /** The gradient of a name; the live array, which a backward pass adds to. */
  public INDArray get(String name) {
    INDArray array = arrays.get(prefix + name);
    if (array == null) {
      throw new IllegalArgumentException(
          "no gradient " + prefix + name + " among " + arrays.keySet());
    }
    return array;
  }

  /**
   * Checks, as seen in this scope, that there is a gradient of the same shape and type for each of
   * the parameters.
   */
  public void requireFits(NamedArrays parameters) {
    parameters.forEach((name, array) -> requireFits(name, array));
  }

  private void requireFits(String name, INDArray array) {
    INDArray gradient = get(name);
    Require.shape("gradient of " + prefix + name, gradient, array.shape());
    Require.type("gradient of " + prefix + name, gradient, array.dataType());
  }

  /** All names in order, without scope. */
  public Set<String> names() {
    return java.util.Collections.unmodifiableSet(arrays.keySet());
  }

  /** Visits all gradients in order, without scope. */
  public void forEach(BiConsumer<String, INDArray> visitor) {
    arrays.forEach(visitor);
  }

  /** Sets all gradients to zero. */
  public void zero() {
    arrays.values().forEach(Zero::fill);
  }

  /**
   * Adds the gradients of another worker or micro-batch.
   *
   * @param other gradients of the same parameters. Not modified.
   */
  public void add(Gradients other) {
    Require.that(
        names().equals(other.names()),
        "gradients must be of the same parameters but are of %s and %s",
        names(),
        other.names());
    other.arrays.forEach(this::requireFits);
    arrays.forEach((name, array) -> array.addi(other.arrays.get(name)));
  }

  /** Multiplies all gradients by a factor, such as 1/micro-batches. */
  public void scale(double factor) {
    Require.finite("factor", factor);
    arrays.values().forEach(array -> array.muli(factor));
  }

  /** The Euclidean norm of all gradients seen as one vector, summed in float64. */
  public double globalNorm() {
    double sum = 0;
    for (INDArray array : arrays.values()) {
      sum += sumOfSquares(array);
    }
    return Math.sqrt(sum);
  }

  /**
   * Scales all gradients by {@code min(1, maxNorm / globalNorm)}.
   *
   * @param maxNorm above 0
   * @return the norm before
   * @throws ArithmeticException if the norm is NaN or infinite; nothing is changed then
   */
  public double clipByGlobalNorm(double maxNorm) {
    Require.that(maxNorm > 0, "maxNorm must be above 0 but was %s", maxNorm);
    double norm = globalNorm();
    if (!Double.isFinite(norm)) {
      throw new ArithmeticException("gradient norm must be finite but was " + norm);
    }
    if (norm > maxNorm) {
      scale(maxNorm / norm);
    }
    return norm;
  }

  private static double sumOfSquares(INDArray array) {
    long width = array.size(array.rank() - 1);
    Rows rows = Rows.of(array.reshape('c', array.length() / width, width));
    int count = Math.toIntExact(rows.rows());
    double[] sums = new double[count];
    Parallel.ranges(count, Math.max(1, 65_536 / rows.width()), (from, to) -> {
      Rows mine = rows.fork();
      double[] row = new double[mine.width()];
      for (int r = from; r < to; r++) {
        mine.read(r, row);
        double sum = 0;
        for (double v : row) {
          sum += v * v;
        }
        sums[r] = sum;
      }
    });
    double total = 0;
    for (double s : sums) {
      total += s;
    }
    return total;
  }
}
