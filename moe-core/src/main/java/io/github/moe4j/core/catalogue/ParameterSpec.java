package io.github.moe4j.core.catalogue;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.ArrayMemory;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.random.RestorableRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Shape, role and initialization of a parameter.
 *
 * @param shape in c order, one axis at least
 * @param role its role
 * @param initializer draws its initial values
 */
public record ParameterSpec(List<Long> shape, Role role, Initializer initializer) {
  /** The role of a parameter, for systems with their own rules of initialization and regularization. */
  public enum Role {
    /** A matrix [out,in], or a stack of them. */
    WEIGHT,
    /** A bias added to the outputs of a matrix. */
    BIAS,
    /** Anything else: always initialized by its own initializer. */
    OTHER
  }

  /**
   * Checks and copies the shape.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ParameterSpec {
    Require.that(!shape.isEmpty(), "a parameter must have at least one axis");
    for (long size : shape) {
      Require.that(size > 0, "sizes of a parameter must be at least 1 but were %s", shape);
    }
    shape = List.copyOf(shape);
  }

  /**
   * A matrix [out,in], or a stack of them.
   *
   * @throws IllegalArgumentException if there are fewer than two axes
   */
  public static ParameterSpec weight(Initializer initializer, long... shape) {
    Require.that(shape.length > 1, "a weight must have at least two axes but had %d", shape.length);
    return of(Role.WEIGHT, initializer, shape);
  }

  /** A bias, initially zero. */
  public static ParameterSpec bias(long... shape) {
    return of(Role.BIAS, Initializer.zeros(), shape);
  }

  /** A bias with its own initializer. */
  public static ParameterSpec bias(Initializer initializer, long... shape) {
    return of(Role.BIAS, initializer, shape);
  }

  /** Parameters with a constant initial value. */
  public static ParameterSpec constant(double value, long... shape) {
    return of(Role.OTHER, (in, out, random) -> value, shape);
  }

  /** Any other numbers. */
  public static ParameterSpec other(Initializer initializer, long... shape) {
    return of(Role.OTHER, initializer, shape);
  }

  private static ParameterSpec of(Role role, Initializer initializer, long... shape) {
    return new ParameterSpec(Arrays.stream(shape).boxed().toList(), role, initializer);
  }

  /** The shape as ND4J takes it. */
  public long[] dimensions() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** Number of scalars. */
  public long length() {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }

  /**
   * A new array of initial values.
   *
   * @param random source of the numbers. Modified.
   */
  public INDArray create(DataType type, RandomGenerator random) {
    long[] dimensions = dimensions();
    return dimensions.length > 1
        ? initializer.create(type, random, dimensions)
        : initializer.create(type, random, dimensions[0], 1).reshape(dimensions);
  }

  /** Some entries of the first axis, as {@link Initializer#create(DataType, RestorableRandom, int[], long...)}. */
  private INDArray create(DataType type, RestorableRandom random, int[] entries) {
    long[] dimensions = dimensions();
    return dimensions.length > 1
        ? initializer.create(type, random, entries, dimensions)
        : initializer.create(type, random, entries, dimensions[0], 1).reshape(entries.length);
  }

  /**
   * Some entries of the first axis of all arrays, such as the experts of one rank, with the bits that {@link #create(Map,
   * DataType, long)} gives them; the others take no memory.
   *
   * @param specs by name, of whole arrays. Not modified.
   * @param entries places on the first axis, ascending, at least one. Not modified.
   * @throws IllegalArgumentException if the entries are not ascending on the first axis of every array
   */
  public static NamedArrays create(
      Map<String, ParameterSpec> specs, DataType type, long seed, int[] entries) {
    requireRoom(specs, type, entries);
    RestorableRandom random = RestorableRandom.ofSeed(seed); // the numbers of SplittableRandom
    NamedArrays.Builder all = NamedArrays.builder();
    specs.forEach((name, spec) -> all.add(name, spec.create(type, random, entries)));
    return all.build();
  }

  /**
   * New arrays for all specs, drawn in order from one generator; the same seed gives the same bits.
   *
   * @param specs by name. Not modified.
   */
  public static NamedArrays create(Map<String, ParameterSpec> specs, DataType type, long seed) {
    requireRoom(specs, type, null);
    SplittableRandom random = new SplittableRandom(seed);
    NamedArrays.Builder all = NamedArrays.builder();
    specs.forEach((name, spec) -> all.add(name, spec.create(type, random)));
    return all.build();
  }

  /** So that nothing is allocated if the arrays do not fit together. */
  private static void requireRoom(
      Map<String, ParameterSpec> specs, DataType type, int @Nullable [] entries) {
    long bytes = 0;
    for (ParameterSpec spec : specs.values()) {
      long[] shape = spec.dimensions();
      if (entries != null) {
        shape[0] = entries.length;
      }
      bytes = ArrayMemory.sum(bytes, ArrayMemory.bytes(type, shape));
    }
    ArrayMemory.ofProcess().requireRoom("parameters " + String.join(", ", specs.keySet()), bytes);
  }
}
