package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A whole layer as one expert: its rows are the tokens of the layer, all real, one sequence. */
record LayerExpert(MoeLayer layer) implements Experts {
  @Override
  public int experts() {
    return 1;
  }

  @Override
  public int modelWidth() {
    return layer.modelWidth();
  }

  @Override
  public DataType dataType() {
    return layer.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return layer.parameters();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    INDArray y = scope.take(xR.dataType(), xR.shape());
    MoePass pass = layer.forward(TokenBatch.of(xR, mode), y);
    scope.whenClosed(pass::close);
    return new Run(pass);
  }

  /** A pass of the layer, whose own scratch is in memory of the layer's arena. */
  private record Run(MoePass pass) implements ExpertsPass, MoePasses {
    @Override
    public INDArray y() {
      return pass.y();
    }

    @Override
    public List<MoePass> moe() {
      return pass.moe();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      pass.backward(dyR, dxR, into);
    }
  }
}
