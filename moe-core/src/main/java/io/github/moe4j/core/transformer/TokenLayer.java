package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.TokenBatch;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer from tokens [T,I] to tokens [T,O], a component of a {@link Sequential} or of your own model. Its passes take
 * their memory from a scope of the caller. Several threads may run passes of one at the same time.
 */
public interface TokenLayer extends Parameterized {
  /**
   * Runs the layer.
   *
   * @param input tokens [T,I] with mask and mode. Not modified; x must not change until the backward pass is done.
   * @param scope memory of the pass
   * @throws IllegalArgumentException if x does not fit the layer or is closed
   */
  Pass forward(TokenBatch input, Arena.Scope scope);

  /** One pass with its backward; used by one thread at a time, until the scope is closed. */
  interface Pass {
    /** Outputs [T,O], valid until the scope is closed. */
    INDArray y();

    /**
     * Runs the backward pass, at most once.
     *
     * @param dy [T,O]. Not modified.
     * @param dx [T,I]. Modified: the result is added.
     * @param into gradients named like the parameters. Modified: the result is added.
     * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another
     */
    void backward(INDArray dy, INDArray dx, Gradients into);

    /** The passes of the Mixture-of-Experts layers in it, whose decisions balance losses read. */
    default List<MoePass> moe() {
      return List.of();
    }
  }
}
