package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.testkit.Near;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Bits of arrays at one time; closed arrays are left out. Not thread-safe. */
final class Snapshot {
  private record Kept(INDArray array, double[] values) {}

  private final Map<String, Kept> kept = new LinkedHashMap<>();

  Snapshot with(String name, INDArray array) {
    if (!array.wasClosed()) {
      kept.put(name, new Kept(array, Near.values(array)));
    }
    return this;
  }

  Snapshot with(String name, NamedArrays arrays) {
    arrays.forEach((part, array) -> with(name + " " + part, array));
    return this;
  }

  Snapshot with(String name, Gradients gradients) {
    gradients.forEach((part, array) -> with(name + " " + part, array));
    return this;
  }

  /** Fails unless all have the bits that they had. */
  void requireUnchanged(String after) {
    kept.forEach((name, was) -> {
      if (!was.array.wasClosed()) {
        Near.assertSameBits(name + " after " + after, was.values, Near.values(was.array));
      }
    });
  }
}
