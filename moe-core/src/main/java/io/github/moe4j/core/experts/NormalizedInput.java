package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.experts.DelegatingExperts;
import io.github.moe4j.core.internal.experts.ExpertsAround;
import io.github.moe4j.core.internal.experts.PassAround;
import io.github.moe4j.core.transformer.RmsNorm;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts that read normalized rows: {@code y = expert(norm(x))}, while the router of the layer reads x
 * itself or another normalization of it (Gemma 4: {@code pre_feedforward_layernorm_2} before {@code
 * Gemma4TextExperts}). A row that goes to several experts is normalized for each.
 *
 * <p>Parameters: those of the experts, under their own names, and {@code norm.weight} [D].
 */
public final class NormalizedInput implements DelegatingExperts, ExpertsAround {
  private final RmsNorm norm;
  private final Experts inner;
  private final NamedArrays parameters;

  private NormalizedInput(RmsNorm norm, Experts inner) {
    this.norm = norm;
    this.inner = inner;
    NamedArrays.Builder all = NamedArrays.builder();
    inner.parameters().forEach(all::add);
    this.parameters = all.addAll("norm", norm.parameters()).build();
  }

  /**
   * Puts a normalization before experts.
   *
   * @param norm of their width and type
   */
  public static NormalizedInput of(RmsNorm norm, Experts experts) {
    return new NormalizedInput(norm, experts);
  }

  /** What reads the normalized rows. */
  @Override
  public Experts inner() {
    return inner;
  }

  /** For the library's own use. */
  @Override
  public Experts around(UnaryOperator<Experts> change) {
    return new NormalizedInput(norm, change.apply(inner));
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    TokenMask all = TokenMask.none(Math.toIntExact(xR.size(0)));
    RmsNorm.Pass normalized = norm.forward(xR, all, scope);
    return new Run(normalized, inner.run(normalized.y(), expertStart, mode, scope), xR, scope);
  }

  /** The runs of norm and experts, one after the other. */
  private final class Run implements PassAround {
    private final RmsNorm.Pass normalized;
    private final ExpertsPass run;
    private final INDArray xR;
    private final Arena.Scope scope;

    Run(RmsNorm.Pass normalized, ExpertsPass run, INDArray xR, Arena.Scope scope) {
      this.normalized = normalized;
      this.run = run;
      this.xR = xR;
      this.scope = scope;
    }

    @Override
    public ExpertsPass run() {
      return run;
    }

    @Override
    public INDArray y() {
      return run.y();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      PassArrays.requireBackward("the experts", parameters, xR, dyR, dxR, into);
      INDArray dNormalized = scope.takeZeros(dyR.dataType(), dyR.shape());
      run.backward(dyR, dNormalized, into);
      normalized.backward(dNormalized, dxR, into.part("norm"));
    }
  }
}
