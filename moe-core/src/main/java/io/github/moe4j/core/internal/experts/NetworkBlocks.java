package io.github.moe4j.core.internal.experts;

import java.util.List;

/** The work of a pass of expert networks on single blocks of rows, several of them at the same time. */
public interface NetworkBlocks {
  /** Computes the outputs of a block, and keeps what the backward needs if one is to come. */
  void forward(int worker, RowBlock block);

  /**
   * Pulls the gradient of a block back to its inputs.
   *
   * @param dy gradient of the outputs [R,D]. Not modified.
   * @param dProjected gradient of each projection [R,H]. Modified: the rows of the block are overwritten.
   * @param dx gradient of the inputs [R,D]. Modified: the result is added.
   */
  void backward(
      int worker, RowBlock block, ExpertRows dy, List<ExpertRows> dProjected, ExpertRows dx);

  /**
   * What a forward pass keeps for its backward.
   *
   * @param projected rows of each projection [R,H]
   * @param hidden the hidden rows that come of them [R,H]
   */
  record HiddenActivations(List<ExpertRows> projected, ExpertRows hidden) {}
}
