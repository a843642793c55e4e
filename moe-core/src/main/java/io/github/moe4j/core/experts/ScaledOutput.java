package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.experts.DelegatingExperts;
import io.github.moe4j.core.internal.experts.ExpertsAround;
import io.github.moe4j.core.internal.experts.PassAround;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts whose outputs are multiplied by a number: {@code y = factor·expert(x)}.
 *
 * <p>Around the routed experts it is a scaling factor that the routing weights do not hold (MiniMax-M3:
 * {@code routed_scaling_factor} in {@code MiniMaxM3VLSparseMoeBlock}). With 1/2 around the routed experts
 * and around the network of the shared one, the layer's output is the average of the two (Cohere2 MoE:
 * {@code shared_expert_combination_strategy = "average"}).
 *
 * <p>Parameters: those of the experts, under their own names.
 */
public final class ScaledOutput implements DelegatingExperts, ExpertsAround {
  private final Experts inner;
  private final double factor;

  private ScaledOutput(Experts inner, double factor) {
    this.inner = inner;
    this.factor = Require.finite("factor", factor);
  }

  /**
   * Scales the outputs of experts.
   *
   * @param factor finite
   */
  public static ScaledOutput of(Experts experts, double factor) {
    return new ScaledOutput(experts, factor);
  }

  /** What is scaled. */
  @Override
  public Experts inner() {
    return inner;
  }

  /** For the library's own use. */
  @Override
  public Experts around(UnaryOperator<Experts> change) {
    return new ScaledOutput(change.apply(inner), factor);
  }

  /** What outputs are multiplied by. */
  public double factor() {
    return factor;
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    ExpertsPass run = inner.run(xR, expertStart, mode, scope);
    INDArray y = scope.take(xR.dataType(), xR.shape());
    scale(run.y(), y);
    return new Run(run, xR, y, scope);
  }

  private void scale(INDArray rows, INDArray result) {
    RowMap.apply(List.of(rows), List.of(result), (r, in, out) -> {
      for (int d = 0; d < in[0].length; d++) {
        out[0][d] = factor * in[0][d];
      }
    });
  }

  /** The run of the experts, its rows multiplied in both directions. */
  private final class Run implements PassAround {
    private final ExpertsPass run;
    private final INDArray xR;
    private final INDArray y;
    private final Arena.Scope scope;

    Run(ExpertsPass run, INDArray xR, INDArray y, Arena.Scope scope) {
      this.run = run;
      this.xR = xR;
      this.y = y;
      this.scope = scope;
    }

    @Override
    public ExpertsPass run() {
      return run;
    }

    @Override
    public INDArray y() {
      return y;
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      PassArrays.requireBackward("the experts", parameters(), xR, dyR, dxR, into);
      INDArray scaled = scope.take(dyR.dataType(), dyR.shape());
      scale(dyR, scaled);
      run.backward(scaled, dxR, into);
    }
  }
}
