package io.github.moe4j.balance.control;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Require;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The state of a controller as named arrays of float64, to be put into a checkpoint. Immutable.
 *
 * <p>Counts are whole numbers below 2^53, which float64 holds exactly.
 */
public final class ControllerState {
  private final Map<String, double[]> values;

  private ControllerState(Map<String, double[]> values) {
    this.values = values;
  }

  /** A state without values. */
  public static ControllerState empty() {
    return new ControllerState(Map.of());
  }

  /**
   * This state and one more value.
   *
   * @param name not used yet
   * @param array its numbers. Not modified.
   */
  public ControllerState with(String name, double... array) {
    Require.that(!values.containsKey(name), "value %s must be given once", name);
    Map<String, double[]> all = new LinkedHashMap<>(values);
    all.put(name, array.clone());
    return new ControllerState(Collections.unmodifiableMap(all));
  }

  /**
   * The state that {@link #addTo} saved; an error if there is none.
   *
   * @param prefix what it was saved under
   */
  public static ControllerState from(Checkpoint checkpoint, String prefix) {
    Checkpoint part = checkpoint.below(prefix);
    Require.that(!part.names().isEmpty(), "nothing below %s is in the checkpoint", prefix);
    Map<String, double[]> values = new LinkedHashMap<>();
    part.names().forEach(name -> values.put(name, checkpoint.doubles(prefix + "." + name)));
    return new ControllerState(Collections.unmodifiableMap(values));
  }

  /**
   * Adds all values to a checkpoint as {@code prefix.name}.
   *
   * @param prefix a path not used yet
   */
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    values.forEach((name, array) -> checkpoint.doubles(prefix + "." + name, array));
  }

  /** The names of all values, in order. */
  public Set<String> names() {
    return values.keySet();
  }

  /** A copy of the numbers of a name; an error that lists the names if there are none. */
  public double[] get(String name) {
    double[] array = values.get(name);
    if (array == null) {
      throw new IllegalArgumentException("no value " + name + " among " + values.keySet());
    }
    return array.clone();
  }

  /** A copy of as many finite numbers as expected; an error that names the value otherwise. */
  double[] get(String name, int length) {
    double[] array = get(name);
    Require.length(name, array, length);
    for (double v : array) {
      Require.finite(name, v);
    }
    return array;
  }

  /** Like {@link #get(String, int)} for counts, which are whole and at least 0. */
  long[] counts(String name, int length) {
    double[] array = get(name, length);
    long[] counts = new long[length];
    for (int i = 0; i < length; i++) {
      Require.that(
          array[i] >= 0 && array[i] == Math.rint(array[i]) && array[i] < 0x1p53,
          "%s must hold whole numbers in [0, 2^53) but has %s",
          name,
          array[i]);
      counts[i] = (long) array[i];
    }
    return counts;
  }
}
