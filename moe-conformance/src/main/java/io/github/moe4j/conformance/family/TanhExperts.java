package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Stands in for experts: {@code b·tanh(a·x)}, in the plain arithmetic of ND4J.
 *
 * @param a [E,H,D]
 * @param b [E,D,H]
 */
record TanhExperts(INDArray a, INDArray b) implements Experts {
  @Override
  public int experts() {
    return (int) a.size(0);
  }

  @Override
  public int modelWidth() {
    return (int) a.size(2);
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.builder().add("a", a).add("b", b).build();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    INDArray y = Nd4j.create(xR.dataType(), xR.shape());
    INDArray[] hidden = new INDArray[experts()];
    for (int e = 0; e < hidden.length; e++) {
      if (expertStart[e] < expertStart[e + 1]) {
        hidden[e] = Transforms.tanh(block(xR, expertStart, e).mmul(a.slice(e).transpose()), false);
        block(y, expertStart, e).assign(hidden[e].mmul(b.slice(e).transpose()));
      }
    }
    return new ExpertsPass() {
      @Override
      public INDArray y() {
        return y;
      }

      @Override
      public void backward(INDArray dyR, INDArray dxR, Gradients into) {
        for (int e = 0; e < hidden.length; e++) {
          if (expertStart[e] < expertStart[e + 1]) {
            INDArray dy = block(dyR, expertStart, e);
            INDArray dHidden = dy.mmul(b.slice(e)).muli(hidden[e].mul(hidden[e]).rsubi(1));
            into.get("b").slice(e).addi(dy.transpose().mmul(hidden[e]));
            into.get("a").slice(e).addi(dHidden.transpose().mmul(block(xR, expertStart, e)));
            block(dxR, expertStart, e).addi(dHidden.mmul(a.slice(e)));
          }
        }
      }
    };
  }

  private static INDArray block(INDArray rows, int[] expertStart, int expert) {
    return rows.get(
        NDArrayIndex.interval(expertStart[expert], expertStart[expert + 1]), NDArrayIndex.all());
  }
}
