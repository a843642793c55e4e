package io.github.moe4j.examples;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Experts that scale each number of a token: {@code y = scale[e] ⊙ x}. Parameters: scale [E,D]. */
public record ScaledExperts(INDArray scale) implements Experts {
  @Override
  public int experts() {
    return (int) scale.size(0);
  }

  @Override
  public int modelWidth() {
    return (int) scale.size(1);
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.builder().add("scale", scale).build();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    INDArray y = scope.take(xR.dataType(), xR.shape()); // memory of the pass
    for (int e = 0; e < experts(); e++) {
      if (expertStart[e] < expertStart[e + 1]) {
        rows(y, expertStart, e).assign(rows(xR, expertStart, e).mulRowVector(scale.getRow(e)));
      }
    }
    return new ExpertsPass() {
      public INDArray y() {
        return y;
      }

      public void backward(INDArray dyR, INDArray dxR, Gradients into) {
        for (int e = 0; e < experts(); e++) {
          if (expertStart[e] < expertStart[e + 1]) {
            INDArray dy = rows(dyR, expertStart, e);
            INDArray x = rows(xR, expertStart, e);
            rows(dxR, expertStart, e).addi(dy.mulRowVector(scale.getRow(e)));
            into.get("scale").getRow(e).addi(dy.mul(x).sum(0));
          }
        }
      }
    };
  }

  private static INDArray rows(INDArray array, int[] expertStart, int expert) {
    return array.get(interval(expertStart[expert], expertStart[expert + 1]), all());
  }
}
