package io.github.moe4j.conformance;

import java.util.List;

/**
 * What the code of a model family gave for a checkpoint folder ({@code expected.json}).
 *
 * @param layers the MoE layers that were run; at least one
 * @param samples single weights
 */
record ExpectedCheckpoint(List<Layer> layers, List<Sample> samples) {
  /** Copies and checks. */
  ExpectedCheckpoint {
    layers = List.copyOf(layers);
    samples = List.copyOf(samples);
    if (layers.isEmpty()) {
      throw new DamagedCaseException("layers must be at least one but there are none");
    }
  }

  /**
   * A layer that was run.
   *
   * @param layer index in its stack
   * @param module what its tensors' names begin with
   * @param numbers inputs and outputs
   */
  record Layer(int layer, String module, ReferenceCase numbers) {}

  /**
   * A weight, exact.
   *
   * @param tensor name; of MXFP4 without {@code _blocks} or {@code .blocks}
   * @param index one an axis
   */
  record Sample(String tensor, List<Long> index, double value) {
    /** Copies. */
    Sample {
      index = List.copyOf(index);
    }

    @Override
    public String toString() {
      return tensor + index;
    }
  }
}
