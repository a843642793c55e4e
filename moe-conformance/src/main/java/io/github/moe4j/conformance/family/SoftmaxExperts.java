package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenMask;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts whose first outputs go through a softmax, the others being zero.
 *
 * @param networks give the scores
 * @param outputs width of the softmax
 */
record SoftmaxExperts(Experts networks, int outputs) implements Experts {
  @Override
  public int experts() {
    return networks.experts();
  }

  @Override
  public int modelWidth() {
    return networks.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return networks.parameters();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    ExpertsPass inner = networks.run(xR, expertStart, mode, scope);
    TokenMask rows = TokenMask.none(Math.toIntExact(xR.size(0)));
    Probabilities p = Logits.of(first(inner.y()), outputs, rows).softmax(rows);
    INDArray y = wide(p.toArray(), rows.tokens());
    return new ExpertsPass() {
      @Override
      public INDArray y() {
        return y;
      }

      @Override
      public void backward(INDArray dyR, INDArray dxR, Gradients into) {
        double[] dScores = new double[rows.tokens() * outputs];
        p.softmaxBackward(first(dyR), dScores);
        inner.backward(wide(dScores, rows.tokens()), dxR, into);
      }
    };
  }

  /** The first outputs of all rows, row-major. */
  private double[] first(INDArray rows) {
    return rows.isEmpty()
        ? new double[0]
        : Widths.narrowed(rows, outputs).data().asDouble();
  }

  private INDArray wide(double[] values, int rows) {
    return Widths.of(values, rows, outputs, modelWidth());
  }
}
