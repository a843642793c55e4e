package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A router that always decides what a case gives, and keeps the gradient of its weights. */
final class RecordedRouter implements Router {
  private final Assignments assignments;
  private final int width;
  private double[] dWeights = {};

  /** A router of given assignments for tokens of a width. */
  RecordedRouter(Assignments assignments, int width) {
    this.assignments = assignments;
    this.width = width;
  }

  /** The gradient of the weights [N] in the last backward pass. */
  double[] weightGradient() {
    return dWeights.clone();
  }

  @Override
  public int experts() {
    return assignments.experts();
  }

  @Override
  public int modelWidth() {
    return width;
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    RouterDecision decision = RouterDecision.of(input, assignments, null, null);
    return new RouterPass() {
      @Override
      public RouterDecision decision() {
        return decision;
      }

      @Override
      public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
        dWeights = gradient.weightsOrZero(decision);
      }
    };
  }
}
