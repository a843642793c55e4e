package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Shown;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Where tensors lie behind the header: one after another, without a gap, to the end of the file. */
final class DataLayout {
  private DataLayout() {}

  static void check(StrictJson json, Map<String, TensorHeader> tensors, long dataBytes)
      throws SafetensorsException {
    List<Map.Entry<String, TensorHeader>> inOrder = new ArrayList<>(tensors.entrySet());
    Comparator<Map.Entry<String, TensorHeader>> byBegin =
        Comparator.comparingLong(e -> e.getValue().begin());
    inOrder.sort(byBegin.thenComparingLong(e -> e.getValue().end()));
    long at = 0;
    for (Map.Entry<String, TensorHeader> entry : inOrder) {
      String name = Shown.of(entry.getKey());
      TensorHeader heading = entry.getValue();
      size(json, name, heading);
      if (heading.begin() != at) {
        throw json.wrong(
            "tensor %s must begin at byte %d, where the one before ends, but %s at byte %d",
            name, at, heading.begin() < at ? "overlaps it" : "leaves a gap", heading.begin());
      }
      if (heading.end() > dataBytes) {
        throw json.wrong(
            "tensor %s ends at byte %d but the file has %d bytes of data",
            name, heading.end(), dataBytes);
      }
      at = heading.end();
    }
    if (at != dataBytes) {
      throw json.wrong(
          "the last tensor must end with the file, at byte %d of its data, but ends at byte %d",
          dataBytes, at);
    }
  }

  private static void size(StrictJson json, String name, TensorHeader heading)
      throws SafetensorsException {
    String shape = Arrays.toString(heading.shape());
    long bytes;
    try {
      bytes = TensorHeader.bytes(heading.dtype(), heading.shape());
    } catch (ArithmeticException e) {
      throw json.wrong(
          "tensor %s of shape %s and dtype %s has no possible size: %s",
          name, shape, heading.dtype(), e.getMessage());
    }
    if (heading.begin() > heading.end() || heading.end() - heading.begin() != bytes) {
      throw json.wrong(
          "tensor %s of shape %s and dtype %s must have %d bytes but lies from byte %d to byte %d",
          name, shape, heading.dtype(), bytes, heading.begin(), heading.end());
    }
  }
}
