package io.github.moe4j.core;

import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Named parameter arrays in a fixed order. Names and arrays never change; an optimizer updates
 * the values in place, between passes.
 *
 * <p>Names are paths such as {@code experts.gate.weight}.
 */
public final class NamedArrays {
  private static final NamedArrays EMPTY = new NamedArrays(Map.of(), Map.of());

  private final Map<String, INDArray> arrays;

  /** How often each array was said to be changed; shared by all parts that have the array. */
  private final Map<String, AtomicLong> changes;

  private NamedArrays(Map<String, INDArray> arrays, Map<String, AtomicLong> changes) {
    this.arrays = Collections.unmodifiableMap(arrays);
    this.changes = changes;
  }

  /** No parameters. */
  public static NamedArrays none() {
    return EMPTY;
  }

  /** Starts a list of parameters. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The array of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public INDArray get(String name) {
    INDArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("no parameter " + name + " among " + arrays.keySet());
    }
    return array;
  }

  /** All names in order. */
  public Set<String> names() {
    return arrays.keySet();
  }

  /** Visits all parameters in order. */
  public void forEach(BiConsumer<String, INDArray> visitor) {
    arrays.forEach(visitor);
  }

  /**
   * The parameters of a part, in the same arrays: those whose names begin with {@code part.}, by their relative
   * names.
   *
   * @param part a path such as {@code experts}
   * @throws IllegalArgumentException if there are none
   */
  public NamedArrays part(String part) {
    Builder own = builder();
    forEach(
        (name, array) -> PartName.within(part, name, rest -> own.add(rest, array, counter(name))));
    NamedArrays built = own.build();
    Require.that(!built.arrays.isEmpty(), "no parameter below %s among %s", part, names());
    return built;
  }

  /**
   * All parameters except some, under the same names.
   *
   * @param parts names of parameters or paths of parts
   * @throws IllegalArgumentException if one of them matches no parameter
   */
  public NamedArrays without(String... parts) {
    Set<String> left = named(parts);
    Builder rest = builder();
    forEach((name, array) -> {
      if (!left.contains(name)) {
        rest.add(name, array, counter(name));
      }
    });
    return rest.build();
  }

  /** The names that are those given, or below them. */
  private Set<String> named(String... parts) {
    Set<String> all = new LinkedHashSet<>();
    for (String part : parts) {
      Set<String> own = new LinkedHashSet<>();
      for (String name : names()) {
        if (name.equals(part) || name.startsWith(part + ".")) {
          own.add(name);
        }
      }
      Require.that(!own.isEmpty(), "no parameter %s or below it among %s", part, names());
      all.addAll(own);
    }
    return all;
  }

  private AtomicLong counter(String name) {
    return Objects.requireNonNull(changes.get(name));
  }

  /**
   * Marks these arrays as changed, as an {@code Optimizer} and {@code Checkpoint.into} do. The backward of a pass
   * that began before is then an error, because its gradients would not match its outputs. Call it after writing
   * into a few elements of an array; a write to a whole array is noticed without it.
   */
  public void markChanged() {
    changes.values().forEach(AtomicLong::incrementAndGet);
  }

  /** A number that rises whenever one of these arrays is said to be changed. */
  long changeCount() {
    long sum = 0;
    for (AtomicLong count : changes.values()) {
      sum += count.get();
    }
    return sum;
  }

  /**
   * A table of all arrays: name, shape, type and number of scalars, and their sum, such as
   *
   * <pre>
   * router.weight        [8,64]     FLOAT        512
   * experts.gate.weight  [8,128,64] FLOAT      65536
   * all                                        66048
   * </pre>
   */
  public String summary() {
    return ArrayTable.of(arrays);
  }

  /** Names and shapes, such as {@code {router.weight [8,64] FLOAT}}. */
  @Override
  public String toString() {
    return ArrayTable.line(arrays);
  }

  /** Number of scalars in all arrays together. */
  public long count() {
    return arrays.values().stream().mapToLong(INDArray::length).sum();
  }

  /** New gradients of the same names, shapes and types, all zero. */
  public Gradients zeroGradients() {
    return Gradients.zerosLike(this, Set.of());
  }

  /**
   * New gradients of all parameters except some, which are frozen: backward passes given these gradients
   * do not compute those of frozen parameters, and memory is allocated for the others only. An optimizer of
   * {@link #without} the same parts accepts them and keeps no state for frozen parameters.
   *
   * @param frozen names of parameters or paths of parts, such as {@code experts}
   * @throws IllegalArgumentException if one of them matches no parameter
   */
  public Gradients zeroGradientsExcept(String... frozen) {
    return Gradients.zerosLike(this, named(frozen));
  }

  /**
   * The common type of all arrays.
   *
   * @throws IllegalArgumentException if types differ or there are no arrays
   */
  public DataType dataType() {
    Require.that(!arrays.isEmpty(), "a type needs at least one parameter but there is none");
    DataType type = arrays.values().iterator().next().dataType();
    requireType(type);
    return type;
  }

  /**
   * Checks the type of every array.
   *
   * @throws IllegalArgumentException if an array has another type; the message names it
   */
  public void requireType(DataType type) {
    arrays.forEach((name, array) -> Require.type("parameter " + name, array, type));
  }

  /**
   * Checks that no array is closed or in a closed workspace.
   *
   * @param part name of their owner in error messages
   * @throws IllegalArgumentException if one is; the message names it
   */
  public void requireUsable(String part) {
    arrays.forEach((name, array) -> {
      if (!Require.isUsable(array)) {
        Require.usable("parameter " + name, array, part);
      }
    });
  }

  /** Collects parameters; not thread-safe. */
  public static final class Builder {
    private final Map<String, INDArray> arrays = new LinkedHashMap<>();
    private final Map<String, AtomicLong> changes = new LinkedHashMap<>();

    private Builder() {}

    /** Adds one array, contiguous in c order, under a name not used yet. Kept, not copied. */
    public Builder add(String name, INDArray array) {
      return add(name, array, new AtomicLong());
    }

    private Builder add(String name, INDArray array, AtomicLong count) {
      Require.usable("parameter " + name, array);
      Require.floating("parameter " + name, array.dataType());
      Contiguous.require("parameter " + name, array);
      Require.that(!arrays.containsKey(name), "parameter %s must be given once", name);
      arrays.put(name, array);
      changes.put(name, count);
      return this;
    }

    /** Adds all parameters of a part as {@code prefix.name}. */
    public Builder addAll(String prefix, NamedArrays part) {
      part.forEach((name, array) -> add(prefix + "." + name, array, part.counter(name)));
      return this;
    }

    /** The collected parameters. */
    public NamedArrays build() {
      return new NamedArrays(new LinkedHashMap<>(arrays), new LinkedHashMap<>(changes));
    }
  }
}
