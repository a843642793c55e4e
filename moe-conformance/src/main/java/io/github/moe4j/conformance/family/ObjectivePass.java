package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of a layer under the scalar that a case differentiates: {@code Σ output·objective_weight
 * + Σ coefficient·loss}. Close it when its arrays are no longer needed.
 */
final class ObjectivePass implements AutoCloseable {
  private final MoePass pass;
  private final INDArray upstream;
  private double objective;

  private ObjectivePass(MoePass pass, INDArray upstream) {
    this.pass = pass;
    this.upstream = upstream;
    this.objective = upstream.isEmpty() ? 0 : pass.y().mul(upstream).sumNumber().doubleValue();
  }

  /**
   * Runs a layer on the tokens of a case, in evaluation mode and float64.
   *
   * @param input tokens of the case [T,D]. Not modified.
   */
  static ObjectivePass forward(MoeLayer layer, TokenBatch input, ReferenceCase reference) {
    CaseTensor weight = reference.input("objective_weight");
    return forward(layer, input, weight.array(input.tokens(), input.width()));
  }

  /**
   * Runs a layer whose outputs have weights in the scalar that are not those of the case.
   *
   * @param upstream weights of the outputs [T,D]. Not modified.
   */
  static ObjectivePass forward(MoeLayer layer, TokenBatch input, INDArray upstream) {
    return new ObjectivePass(layer.forward(input), upstream);
  }

  /** The pass itself. */
  MoePass pass() {
    return pass;
  }

  /** The layer's outputs [T,D]. */
  INDArray output() {
    return pass.y();
  }

  /** What the router decided. */
  RouterDecision decision() {
    return pass.decision();
  }

  /** Adds a loss of the router's decision to the objective. */
  void add(double coefficient, LossValue loss) {
    objective += coefficient * loss.value();
    pass.addBalance(loss.gradient().times(coefficient));
  }

  /** The scalar so far. */
  double objective() {
    return objective;
  }

  /** The gradients of the scalar so far; they outlive the pass. */
  MoeGradients backward() {
    return pass.backward(upstream);
  }

  @Override
  public void close() {
    pass.close();
  }
}
