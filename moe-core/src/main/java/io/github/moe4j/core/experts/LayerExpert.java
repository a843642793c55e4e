package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsRun;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeForward;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Parameters;
import io.github.moe4j.core.PassMode;
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
  public Parameters parameters() {
    return layer.parameters();
  }

  @Override
  public ExpertsRun run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    return new Run(layer.forward(MoeInput.of(xR).withMode(mode)));
  }

  /** A pass of the layer, in memory of the layer's own arena. */
  private record Run(MoeForward pass) implements ExpertsRun {
    @Override
    public INDArray y() {
      return pass.y();
    }

    @Override
    public List<MoeForward> moe() {
      return pass.moe();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      pass.backward(dyR, dxR, into);
    }

    @Override
    public void close() {
      pass.close();
    }
  }
}
