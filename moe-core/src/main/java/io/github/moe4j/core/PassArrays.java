package io.github.moe4j.core;

import io.github.moe4j.core.internal.MemoryRange;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Checks the arrays of a pass before anything is changed: that none is closed or in a closed
 * workspace, and that arrays written to do not overlap arrays that are read. Usable in your own
 * layers, routers and experts too; a check takes about a microsecond.
 *
 * <p>Every error is an {@link IllegalArgumentException} with the name of the array and of the part.
 */
public final class PassArrays {
  private PassArrays() {}

  /** An array's name, put together only when an error needs it, and where it lies. */
  private record Place(String kind, String name, MemoryRange range) {
    static Place of(String name, INDArray array) {
      return new Place("", name, MemoryRange.of(array));
    }

    void requireApart(Place other, String part) {
      if (range.overlaps(other.range)) {
        Require.that(
            false,
            "%s%s and %s%s of %s must not share memory",
            kind,
            name,
            other.kind,
            other.name,
            part);
      }
    }
  }

  /**
   * Checks what a forward pass reads.
   *
   * @param part name of the layer, router or experts in error messages
   * @param x tokens or rows
   * @throws IllegalArgumentException if an array is closed or in a closed workspace
   */
  public static void requireInputs(String part, NamedArrays parameters, INDArray x) {
    Require.usable("x", x, part);
    parameters.requireUsable(part);
  }

  /**
   * Checks an array that outputs are written to: contiguous, of the shape and type of x, and not
   * overlapping x or the parameters.
   *
   * @throws IllegalArgumentException if y is closed, has another shape or type, is not contiguous, or overlaps x or a
   *     parameter
   */
  public static void requireOutput(String part, NamedArrays parameters, INDArray x, INDArray y) {
    Require.target("y of " + part, y, x);
    Place target = Place.of("y", y);
    Place.of("x", x).requireApart(target, part);
    parameters(parameters).forEach(place -> place.requireApart(target, part));
  }

  /**
   * Checks the arrays of a backward pass from outputs of the shape and type of x. The array dx may be dy
   * itself; it must not partly overlap it, nor overlap x, parameters or gradients.
   *
   * @param dy gradient of the outputs, shaped like x
   * @param dx gradient of x, shaped like it, contiguous
   * @param into gradients of the parameters
   * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another where it must not
   */
  public static void requireBackward(
      String part, NamedArrays parameters, INDArray x, INDArray dy, INDArray dx, Gradients into) {
    Require.usable("x", x, part);
    String upstream = "dy of " + part;
    Require.shape(upstream, dy, x.shape());
    Require.type(upstream, dy, x.dataType());
    List<Place> read = new ArrayList<>();
    read.add(Place.of("dy", dy));
    List<Place> written = requireTargets(part, parameters, x, dx, into);
    boolean same = read.get(0).range().equals(written.get(0).range());
    for (int w = same ? 1 : 0; w < written.size(); w++) {
      read.get(0).requireApart(written.get(w), part);
    }
  }

  /**
   * The same for a router, which has no dy.
   *
   * @param dx gradient of x, shaped like it, contiguous
   * @param into gradients of the parameters
   * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another where it must not
   */
  public static void requireBackward(
      String part, NamedArrays parameters, INDArray x, INDArray dx, Gradients into) {
    requireTargets(part, parameters, x, dx, into);
  }

  /**
   * Checks only gradients: one for each parameter that is not frozen, of its shape and type, not
   * overlapping one another or the parameters.
   *
   * @throws IllegalArgumentException if gradients are missing or do not fit, are closed, or overlap
   */
  public static void requireGradients(String part, NamedArrays parameters, Gradients into) {
    parameters.requireUsable(part);
    requireFits(part, parameters, into);
    requireApart(part, parameters(parameters), gradients(parameters, into));
  }

  /** Checks dx and the gradients, and returns where they lie, dx first. */
  private static List<Place> requireTargets(
      String part, NamedArrays parameters, INDArray x, INDArray dx, Gradients into) {
    Require.usable("x", x, part);
    Require.target("dx of " + part, dx, x);
    parameters.requireUsable(part);
    requireFits(part, parameters, into);
    List<Place> written = gradients(parameters, into);
    written.add(0, Place.of("dx", dx));
    List<Place> read = parameters(parameters);
    read.add(Place.of("x", x));
    requireApart(part, read, written);
    return written;
  }

  private static void requireFits(String part, NamedArrays parameters, Gradients into) {
    try {
      into.requireFits(parameters);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(part + ": " + e.getMessage(), e);
    }
  }

  private static void requireApart(String part, List<Place> read, List<Place> written) {
    for (int w = 0; w < written.size(); w++) {
      Place target = written.get(w);
      for (Place place : read) {
        place.requireApart(target, part);
      }
      for (int other = 0; other < w; other++) {
        written.get(other).requireApart(target, part);
      }
    }
  }

  private static List<Place> gradients(NamedArrays parameters, Gradients into) {
    List<Place> places = new ArrayList<>();
    for (String name : parameters.names()) {
      into.ifPresent(
          name, array -> places.add(new Place("gradient of ", name, MemoryRange.of(array))));
    }
    return places;
  }

  private static List<Place> parameters(NamedArrays parameters) {
    List<Place> places = new ArrayList<>();
    parameters.forEach(
        (name, array) -> places.add(new Place("parameter ", name, MemoryRange.of(array))));
    return places;
  }
}
