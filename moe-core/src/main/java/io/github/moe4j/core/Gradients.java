package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.ArrayMemory;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Zero;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradients with the names, shapes and types of some {@link NamedArrays}.
 *
 * <p>Backward passes add to them: gradients of micro-batches accumulate, and an expert without
 * tokens keeps its zero gradient. Not thread-safe.
 *
 * <p>Parameters may be frozen ({@link NamedArrays#zeroGradientsExcept}): they have no gradient here, and a
 * backward pass does not compute one; the gradient of the input is the same.
 */
public final class Gradients {
  private final Map<String, INDArray> arrays;
  private final Set<String> frozen;
  private final String path;

  private Gradients(Map<String, INDArray> arrays, Set<String> frozen, String path) {
    this.arrays = Collections.unmodifiableMap(arrays);
    this.frozen = Collections.unmodifiableSet(frozen);
    this.path = path;
  }

  static Gradients zerosLike(NamedArrays parameters, Set<String> frozen) {
    long[] bytes = {0};
    parameters.forEach((name, array) -> {
      if (!frozen.contains(name)) {
        bytes[0] = ArrayMemory.sum(bytes[0], ArrayMemory.bytes(array.dataType(), array.shape()));
      }
    });
    ArrayMemory.ofProcess().requireRoom("gradients of the parameters", bytes[0]);
    Map<String, INDArray> zeros = new LinkedHashMap<>();
    parameters.forEach((name, array) -> {
      if (!frozen.contains(name)) {
        zeros.put(name, Allocate.zeros(array.dataType(), array.shape()));
      }
    });
    return new Gradients(zeros, frozen, "");
  }

  /**
   * Gradients in the caller's arrays, such as views of one vector. Backward passes add to them.
   *
   * @param arrays contiguous in c order, named as the parameters. Kept, not copied.
   */
  public static Gradients in(NamedArrays arrays) {
    Map<String, INDArray> kept = new LinkedHashMap<>();
    arrays.forEach(kept::put);
    return new Gradients(kept, Set.of(), "");
  }

  /**
   * The same gradients, in the same arrays, for a component that has more parameters, all frozen.
   *
   * @param names of the parameters without a gradient
   * @throws IllegalArgumentException if one of them has a gradient
   */
  public Gradients andFrozen(Set<String> names) {
    Set<String> all = new LinkedHashSet<>(frozen);
    for (String name : names) {
      Require.that(!arrays.containsKey(name), "parameter %s must have no gradient but has", name);
      all.add(name);
    }
    return new Gradients(arrays, all, path);
  }

  /**
   * The gradients of a part, in the same arrays: those whose names begin with {@code part.}, by their relative
   * names. No operation affects any other gradient.
   *
   * @param part a path such as {@code experts}. If there is no parameter below it, as for a
   *     router without parameters, the part can be given to a backward pass, but changing or measuring
   *     it is an error.
   */
  public Gradients part(String part) {
    Map<String, INDArray> own = new LinkedHashMap<>();
    arrays.forEach((name, array) -> PartName.within(part, name, rest -> own.put(rest, array)));
    Set<String> frozenOwn = new LinkedHashSet<>();
    frozen.forEach(name -> PartName.within(part, name, frozenOwn::add));
    return new Gradients(own, frozenOwn, path + part + ".");
  }

  /**
   * The gradient of a name: the live array, to which backward passes add.
   *
   * @throws IllegalArgumentException if there is none, also if the parameter is frozen
   */
  public INDArray get(String name) {
    INDArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException(
          isFrozen(name) ? "parameter " + path + name + " is frozen" : missing(name));
    }
    return array;
  }

  /**
   * Whether a parameter has no gradient here, so that a backward pass has none to compute.
   *
   * @throws IllegalArgumentException if there is no parameter of that name
   */
  public boolean isFrozen(String name) {
    if (arrays.containsKey(name)) {
      return false;
    }
    Require.that(frozen.contains(name), "%s", missing(name));
    return true;
  }

  /**
   * Passes a gradient to an action that adds to it, or does nothing if the parameter is frozen.
   *
   * @throws IllegalArgumentException if there is no parameter of that name
   */
  public void ifPresent(String name, Consumer<INDArray> action) {
    if (!isFrozen(name)) {
      action.accept(get(name));
    }
  }

  private String missing(String name) {
    String all = frozen.isEmpty() ? "" : " and the frozen " + frozen;
    return "no gradient %s%s among %s%s".formatted(path, name, arrays.keySet(), all);
  }

  /**
   * Checks that there is a gradient of the same shape and type for each of the parameters, unless it is
   * frozen.
   */
  public void requireFits(NamedArrays parameters) {
    parameters.forEach(this::requireFits);
  }

  private void requireFits(String name, INDArray array) {
    if (isFrozen(name)) {
      return;
    }
    INDArray gradient = get(name);
    boolean fits = Require.isUsable(gradient)
        && Arrays.equals(gradient.shape(), array.shape())
        && gradient.dataType() == array.dataType();
    if (!fits) { // The error's name is put together only then.
      Require.shape("gradient of " + path + name, gradient, array.shape());
      Require.type("gradient of " + path + name, gradient, array.dataType());
    }
  }

  /** All names in order, without those of frozen parameters. */
  public Set<String> names() {
    return arrays.keySet();
  }

  /** Visits all gradients in order. */
  public void forEach(BiConsumer<String, INDArray> visitor) {
    arrays.forEach(visitor);
  }

  /** All gradients; an error in a part that nothing is below, which is a mistaken name. */
  private Map<String, INDArray> own() {
    Require.that(
        path.isEmpty() || !arrays.isEmpty() || !frozen.isEmpty(), "no gradient below %s", path);
    return arrays;
  }

  /** Sets all gradients to zero. */
  public void zero() {
    own().values().forEach(Zero::fill);
  }

  /**
   * Adds the gradients of another worker or micro-batch.
   *
   * @param other gradients of the same parameters. Not modified.
   * @throws IllegalArgumentException if names or shapes differ
   */
  public void add(Gradients other) {
    Require.that(
        names().equals(other.names()),
        "gradients must be of the same parameters but were of %s and %s",
        names(),
        other.names());
    other.arrays.forEach(this::requireFits);
    own().forEach((name, array) -> array.addi(other.arrays.get(name)));
  }

  /**
   * Multiplies all gradients by a factor, such as 1/micro-batches.
   *
   * @throws IllegalArgumentException if the factor is not finite
   */
  public void scale(double factor) {
    Require.finite("factor", factor);
    own().values().forEach(array -> array.muli(factor));
  }

  /** The Euclidean norm of all gradients as one vector, summed in float64. */
  public double globalNorm() {
    double sum = 0;
    for (INDArray array : own().values()) {
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

  /** Names, shapes and norm, such as {@code {router.weight [8,64] FLOAT}, norm 0.12}. */
  @Override
  public String toString() {
    String norm = ", norm %.4g".formatted(globalNorm());
    return ArrayTable.line(arrays) + norm + (frozen.isEmpty() ? "" : ", frozen " + frozen);
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
