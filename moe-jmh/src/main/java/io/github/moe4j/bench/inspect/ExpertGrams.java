package io.github.moe4j.bench.inspect;

import io.github.moe4j.core.NamedArrays;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Products of the experts' weights with each other, by projection: {@code G[i][j] = Σ w_i·w_j}. As many experts as the
 * memory holds are read at once, and all others beside them in turn.
 */
final class ExpertGrams {
  private static final String WEIGHT = ".weight";
  private static final String EXPERTS = "experts.";

  /** Terms that are added in float32 before they are added in float64. */
  private static final long CHUNK = 16_384;

  private final Map<String, double[][]> grams = new LinkedHashMap<>();
  private final int experts;

  /** Reads an expert. */
  @FunctionalInterface
  interface Reader {
    /** Its weights in float32, by names such as {@code experts.up.weight}. */
    NamedArrays read(int expert) throws IOException;
  }

  private ExpertGrams(int experts) {
    this.experts = experts;
  }

  /**
   * The products of all experts.
   *
   * @param experts E
   * @param memory bytes for weights; those of two experts are needed in any case
   */
  static ExpertGrams of(int experts, long memory, Reader reader) throws IOException {
    ExpertGrams all = new ExpertGrams(experts);
    Map<String, INDArray> first = stack(reader, 0, 1);
    long each = first.values().stream().mapToLong(INDArray::length).sum() * Float.BYTES;
    int together = (int) Math.max(1, Math.min(experts, memory / each / 2));
    for (int from = 0; from < experts; from += together) {
      Map<String, INDArray> rows = stack(reader, from, Math.min(experts, from + together));
      all.add(rows, from, rows, from);
      for (int other = from + together; other < experts; other += together) {
        Map<String, INDArray> columns = stack(reader, other, Math.min(experts, other + together));
        all.add(rows, from, columns, other);
        columns.values().forEach(INDArray::close);
      }
      rows.values().forEach(INDArray::close);
    }
    return all;
  }

  /** The weights of some experts, one a row [experts, ·]. */
  private static Map<String, INDArray> stack(Reader reader, int from, int to) throws IOException {
    Map<String, INDArray> stacks = new LinkedHashMap<>();
    for (int e = from; e < to; e++) {
      int row = e - from;
      reader.read(e).forEach((name, array) -> {
        if (name.endsWith(WEIGHT)) {
          INDArray stack = stacks.computeIfAbsent(
              name, n -> Nd4j.createUninitialized(DataType.FLOAT, to - from, array.length()));
          stack
              .get(NDArrayIndex.interval(row, row + 1), NDArrayIndex.all())
              .assign(array.reshape('c', 1, array.length()));
        }
        array.close();
      });
    }
    return stacks;
  }

  private void add(
      Map<String, INDArray> rows, int fromRow, Map<String, INDArray> columns, int fromColumn) {
    rows.forEach((name, row) -> {
      double[][] gram = grams.computeIfAbsent(name, n -> new double[experts][experts]);
      INDArray column = columns.get(name);
      for (long at = 0; at < row.size(1); at += CHUNK) {
        long end = Math.min(row.size(1), at + CHUNK);
        double[][] products =
            part(row, at, end).mmul(part(column, at, end).transpose()).toDoubleMatrix();
        add(gram, products, fromRow, fromColumn);
      }
    });
  }

  private static INDArray part(INDArray rows, long from, long to) {
    return rows.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup('c');
  }

  private static void add(double[][] gram, double[][] products, int fromRow, int fromColumn) {
    for (int i = 0; i < products.length; i++) {
      for (int j = 0; j < products[i].length; j++) {
        gram[fromRow + i][fromColumn + j] += products[i][j];
        if (fromRow != fromColumn) {
          gram[fromColumn + j][fromRow + i] += products[i][j];
        }
      }
    }
  }

  /** The Frobenius norm of each projection of each expert, by names such as {@code gate}. */
  Map<String, double[]> norms() {
    Map<String, double[]> norms = new LinkedHashMap<>();
    grams.forEach((name, gram) -> {
      double[] all = new double[experts];
      for (int e = 0; e < experts; e++) {
        all[e] = Math.sqrt(gram[e][e]);
      }
      String projection = name.substring(EXPERTS.length(), name.length() - WEIGHT.length());
      norms.put(projection.substring(projection.lastIndexOf('.') + 1), all);
    });
    return norms;
  }

  /** The cosine of all weights of two experts; 0 if those of one are all 0. */
  double cosine(int i, int j) {
    double product = sum(i, j);
    return product == 0 ? 0 : product / Math.sqrt(sum(i, i)) / Math.sqrt(sum(j, j));
  }

  private double sum(int i, int j) {
    return grams.values().stream().mapToDouble(gram -> gram[i][j]).sum();
  }
}
