package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.quantized.StoredExpert;
import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredWeight;
import io.github.moe4j.core.io.StoredFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A stored matrix whose numbers are NaN but for those of one weight, which lies anywhere in it. */
record StoredNumbers(float[][] numbers) implements StoredMatrix {
  private static final StoredFile UNCHANGED = () -> {};

  /** Where each expert of some networks is stored. */
  static List<StoredExpert> of(SplittableRandom random, NamedArrays parameters) {
    long count = parameters.get("down.weight").size(0);
    List<StoredExpert> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      Map<String, StoredWeight> weights = new HashMap<>();
      Map<String, StoredWeight> biases = new HashMap<>();
      int expert = e;
      parameters.forEach((name, array) -> {
        String projection = name.substring(0, name.indexOf('.'));
        Map<String, StoredWeight> into = name.endsWith(".weight") ? weights : biases;
        into.put(projection, stored(random, array.slice(expert)));
      });
      experts.add(new StoredExpert(weights, biases));
    }
    return experts;
  }

  /**
   * Stores one weight [out,in], or a bias [out].
   *
   * @param array not modified
   */
  private static StoredWeight stored(SplittableRandom random, INDArray array) {
    int out = Math.toIntExact(array.size(0));
    int in = array.rank() == 1 ? 1 : Math.toIntExact(array.size(1));
    double[] values = array.dup('c').data().asDouble();
    boolean transposed = random.nextBoolean();
    int step = 1 + random.nextInt(2);
    int firstRow = random.nextInt(3);
    int firstColumn = random.nextInt(3);
    int rows = firstRow + (transposed ? in : out * step) + random.nextInt(2);
    int columns = firstColumn + (transposed ? out * step : in) + random.nextInt(2);
    float[][] numbers = new float[rows][columns];
    for (float[] row : numbers) {
      Arrays.fill(row, Float.NaN);
    }
    for (int i = 0; i < values.length; i++) {
      int o = i / in * step;
      int row = transposed ? i % in : o;
      int column = transposed ? o : i % in;
      numbers[firstRow + row][firstColumn + column] = (float) values[i];
    }
    return new StoredWeight(
        new StoredNumbers(numbers), out, in, firstRow, firstColumn, step, transposed);
  }

  @Override
  public long rows() {
    return numbers.length;
  }

  @Override
  public int columns() {
    return numbers[0].length;
  }

  @Override
  public Set<StoredFile> files() {
    return Set.of(UNCHANGED);
  }

  @Override
  public Reader reader() {
    return (row, column, count, target, at, piece, apart) -> {
      float[] from = numbers[Math.toIntExact(row)];
      for (int i = 0; i < count; i++) {
        target[at + i / piece * apart + i % piece] = from[column + i];
      }
    };
  }
}
