package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Gemm;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checksums of the bits of arrays, by what they are of. */
public final class Fingerprints {
  private final Map<String, Long> all = new LinkedHashMap<>();

  /** Adds an array. */
  public void add(String name, INDArray array) {
    double[] values = array.isEmpty() ? new double[0] : array.ravel().toDoubleVector();
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
    bytes.asDoubleBuffer().put(values); // float32 is exact in float64
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    all.put(name, sum.getValue());
  }

  /**
   * Adds the parameters of each of some experts.
   *
   * @param numbers of the experts, in the order of the arrays' first axis
   */
  void addExperts(String name, NamedArrays parameters, int[] numbers) {
    parameters.forEach((part, array) -> {
      INDArray rows = array.reshape('c', numbers.length, array.length() / numbers.length);
      for (int i = 0; i < numbers.length; i++) {
        add("%s, expert %d, %s".formatted(name, numbers[i], part), Gemm.rows(rows, i, i + 1));
      }
    });
  }

  /** One checksum of all. */
  public long sum() {
    long sum = 0;
    for (long each : all.values()) {
      sum = 31 * sum + each;
    }
    return sum;
  }

  public Map<String, Long> all() {
    return Collections.unmodifiableMap(all);
  }
}
