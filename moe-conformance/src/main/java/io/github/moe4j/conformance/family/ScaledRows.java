package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Stands in for experts: multiplies each dispatched row by a number, and keeps the rows it saw. */
final class ScaledRows implements Experts {
  private final int experts;
  private final int width;
  private final INDArray scale;
  private INDArray seen = Nd4j.empty(DataType.DOUBLE);

  /**
   * Experts without parameters.
   *
   * @param scale a number for each row, in the order in which they are dispatched [R]
   */
  ScaledRows(int experts, int width, double[] scale) {
    this.experts = experts;
    this.width = width;
    this.scale = Nd4j.createFromArray(scale).reshape('c', scale.length, 1);
  }

  /** The rows [R,D] of the last pass. */
  INDArray seen() {
    return seen;
  }

  @Override
  public int experts() {
    return experts;
  }

  @Override
  public int modelWidth() {
    return width;
  }

  @Override
  public DataType dataType() {
    return DataType.DOUBLE;
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    seen = xR.dup('c');
    INDArray y = xR.mulColumnVector(scale);
    return new ExpertsPass() {
      @Override
      public INDArray y() {
        return y;
      }

      @Override
      public void backward(INDArray dyR, INDArray dxR, Gradients into) {
        dxR.addi(dyR.mulColumnVector(scale));
      }
    };
  }
}
