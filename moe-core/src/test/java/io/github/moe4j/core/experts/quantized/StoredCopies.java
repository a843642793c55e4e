package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.io.StoredFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parameters of experts as if they were stored: among other numbers, that are NaN. */
final class StoredCopies {
  private StoredCopies() {}

  /**
   * Copies each expert.
   *
   * @param transposed whether inputs are rows
   * @param step from an output to the next
   */
  static List<StoredExpert> of(
      NamedArrays parameters, boolean transposed, int step, StoredFile file) {
    List<StoredExpert> experts = new ArrayList<>();
    int count = Math.toIntExact(parameters.get("down.weight").size(0));
    for (int e = 0; e < count; e++) {
      int expert = e;
      Map<String, StoredWeight> weights = new LinkedHashMap<>();
      Map<String, StoredWeight> biases = new LinkedHashMap<>();
      parameters.forEach((name, array) -> {
        String projection = name.substring(0, name.indexOf('.'));
        if (name.endsWith(".weight")) {
          weights.put(projection, weight(array, expert, transposed, step, file));
        } else {
          INDArray column = array.reshape('c', array.size(0), array.size(1), 1);
          biases.put(projection, weight(column, expert, true, step, file));
        }
      });
      experts.add(new StoredExpert(weights, biases));
    }
    return experts;
  }

  private static StoredWeight weight(
      INDArray array, int expert, boolean transposed, int step, StoredFile file) {
    int out = Math.toIntExact(array.size(1));
    int in = Math.toIntExact(array.size(2));
    int rows = 3 + (transposed ? in : out * step);
    int columns = 2 + (transposed ? out * step : in);
    float[][] numbers = new float[rows][columns];
    for (float[] row : numbers) {
      java.util.Arrays.fill(row, Float.NaN);
    }
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        int row = transposed ? i : o * step;
        int column = transposed ? o * step : i;
        numbers[3 + row][2 + column] = array.getFloat(expert, o, i);
      }
    }
    return new StoredWeight(new HeapMatrix(numbers, file), out, in, 3, 2, step, transposed);
  }
}
