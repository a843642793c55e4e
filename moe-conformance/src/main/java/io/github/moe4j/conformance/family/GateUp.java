package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Two projections that some code keeps in one array [E,2H,D]: rows 0…H−1 gate, H…2H−1 up.
 *
 * @param gate [E,H,D]
 * @param up [E,H,D]
 */
record GateUp(INDArray gate, INDArray up) {
  /** Takes an array [E,2H,D], or [2H,D] of a single network, apart. */
  static GateUp split(CaseTensor stacked) {
    int rank = stacked.rank();
    if (rank < 2 || rank > 3 || stacked.size(-2) % 2 != 0) {
      throw new DamagedCaseException(stacked.name() + " must be [E, 2f, d] or [2f, d]");
    }
    int experts = rank == 3 ? stacked.size(0) : 1;
    INDArray both = stacked.array(experts, stacked.size(-2), stacked.size(-1));
    return new GateUp(WeightLayouts.half(both, 0), WeightLayouts.half(both, 1));
  }

  /** The one array [E,2H,D] again; a gradient is put together like its weights. */
  INDArray joined() {
    return WeightLayouts.joined(gate, up);
  }
}
