package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Two projections that some code keeps in one array [E,2H,D]: rows 0…H−1 gate, H…2H−1 up.
 *
 * @param gate [E,H,D]
 * @param up [E,H,D]
 */
record GateUp(INDArray gate, INDArray up) {
  /** Takes an array [E,2H,D] apart. */
  static GateUp split(CaseTensor stacked) {
    int experts = stacked.size(0);
    int rows = stacked.size(1);
    int width = stacked.size(2);
    if (stacked.rank() != 3 || rows % 2 != 0) {
      throw new DamagedCaseException(stacked.name() + " must be [E, 2f, d]");
    }
    int half = rows / 2 * width;
    double[] gate = new double[experts * half];
    double[] up = new double[experts * half];
    double[] both = stacked.values();
    for (int e = 0; e < experts; e++) {
      System.arraycopy(both, 2 * e * half, gate, e * half, half);
      System.arraycopy(both, (2 * e + 1) * half, up, e * half, half);
    }
    long[] shape = {experts, rows / 2, width};
    return new GateUp(
        Nd4j.createFromArray(gate).reshape('c', shape),
        Nd4j.createFromArray(up).reshape('c', shape));
  }

  /** The one array [E,2H,D] again; a gradient is put together like its weights. */
  INDArray joined() {
    return Nd4j.concat(1, gate, up);
  }
}
