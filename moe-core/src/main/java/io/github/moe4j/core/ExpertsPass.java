package io.github.moe4j.core;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The outputs of one pass of the experts, with its backward. */
public interface ExpertsPass {
  /** Outputs [R,D], rows as in the input; valid until the scope of the run is closed. */
  INDArray y();

  /** The passes of experts that are Mixture-of-Experts layers themselves; none by default. */
  default List<MoePass> moe() {
    return List.of();
  }

  /**
   * Share of the run's time so far that went into work between matrix products, in [0, 1]; 0 if the
   * experts don't tell.
   */
  default double activationShare() {
    return 0;
  }

  /**
   * Pulls a gradient back through the experts.
   *
   * @param dyR gradient of the outputs [R,D]. Not modified.
   * @param dxR gradient of the rows [R,D]. Modified: the result is added.
   * @param into gradients named like {@link Experts#parameters}. Modified: the result is added.
   */
  void backward(INDArray dyR, INDArray dxR, Gradients into);

  /**
   * Gives back memory of the run that does not belong to its scope, as that of layers within the
   * experts; nothing by default.
   */
  default void close() {}
}
