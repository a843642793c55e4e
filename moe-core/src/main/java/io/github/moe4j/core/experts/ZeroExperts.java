package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.Require;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts without parameters that discard their tokens: {@code y = 0} (MoE++, arXiv 2410.07348,
 * section 3.1, "zero experts"). Within {@link CompositeExperts} they let a token use fewer experts than
 * the router's k.
 *
 * @param experts number of experts E
 * @param modelWidth D
 * @param dataType FLOAT or DOUBLE
 */
public record ZeroExperts(int experts, int modelWidth, DataType dataType) implements Experts {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ZeroExperts {
    Require.positive("experts", experts);
    Require.positive("modelWidth", modelWidth);
    Require.floating("dataType", dataType);
  }

  /** E experts for tokens of width D. */
  public static ZeroExperts of(int experts, int modelWidth, DataType dataType) {
    return new ZeroExperts(experts, modelWidth, dataType);
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    PassArrays.requireInputs("the experts", NamedArrays.none(), xR);
    INDArray y = scope.takeZeros(xR.dataType(), xR.shape());
    return new ExpertsPass() {
      @Override
      public INDArray y() {
        return y;
      }

      @Override
      public void backward(INDArray dyR, INDArray dxR, Gradients into) {
        // y is constant: nothing is added.
        PassArrays.requireBackward("the experts", NamedArrays.none(), xR, dyR, dxR, into);
      }
    };
  }
}
