package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.transformer.RmsNorm;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A gate that scores normalized tokens: {@code logits = gate(factor·norm(x))}, with a normalization of
 * the router's own (Gemma 4: {@code Gemma4TextRouter} in {@code transformers/models/gemma4}, whose
 * weight is {@code router.scale} and factor {@code 1/√D}). The experts see x itself.
 *
 * <p>Parameters: the gate's, under their own names, and {@code norm.weight} [D].
 */
public final class NormalizedGate implements Gate {
  private final RmsNorm norm;
  private final double factor;
  private final Gate gate;
  private final NamedArrays parameters;

  private NormalizedGate(RmsNorm norm, double factor, Gate gate) {
    Require.that(
        norm.width() == gate.modelWidth(),
        "norm and gate differ in model width: %d != %d",
        norm.width(),
        gate.modelWidth());
    this.norm = norm;
    this.factor = Require.finite("factor", factor);
    this.gate = gate;
    NamedArrays.Builder all = NamedArrays.builder();
    gate.parameters().forEach(all::add);
    this.parameters = all.addAll("norm", norm.parameters()).build();
  }

  /**
   * Puts a normalization before a gate.
   *
   * @param norm of the width and type of the tokens
   * @param factor on normalized tokens
   */
  public static NormalizedGate of(RmsNorm norm, double factor, Gate gate) {
    return new NormalizedGate(norm, factor, gate);
  }

  /** That of Gemma 4: the factor is {@code 1/√D}. */
  public static NormalizedGate gemma4(RmsNorm norm, Gate gate) {
    return new NormalizedGate(norm, 1 / Math.sqrt(norm.width()), gate);
  }

  @Override
  public int experts() {
    return gate.experts();
  }

  @Override
  public int modelWidth() {
    return gate.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public GatePass score(TokenBatch input, Arena.Scope scope) {
    RmsNorm.Pass normalized = norm.forward(input, scope);
    INDArray rows = normalized.y();
    multiply(rows);
    return new Run(normalized, gate.score(input.withX(rows), scope), scope);
  }

  private void multiply(INDArray rows) {
    if (!rows.isEmpty()) {
      rows.muli(factor);
    }
  }

  /** The scores of normalized tokens. */
  private final class Run implements GatePass {
    private final RmsNorm.Pass normalized;
    private final GatePass run;
    private final Arena.Scope scope;

    Run(RmsNorm.Pass normalized, GatePass run, Arena.Scope scope) {
      this.normalized = normalized;
      this.run = run;
      this.scope = scope;
    }

    @Override
    public Logits logits() {
      return run.logits();
    }

    @Override
    public void backward(double[] dLogits, INDArray dx, Gradients into) {
      INDArray dRows = scope.takeZeros(dx.dataType(), dx.shape());
      run.backward(dLogits, dRows, into);
      multiply(dRows);
      normalized.backward(dRows, dx, into.part("norm"));
    }
  }
}
