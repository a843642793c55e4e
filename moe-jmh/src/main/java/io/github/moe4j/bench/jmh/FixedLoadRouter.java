package io.github.moe4j.bench.jmh;

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

/**
 * A router that works as another does, forward and backward, and then decides on given assignments:
 * the cost of learned routing with a load that is known beforehand. Its gradients mean nothing.
 */
final class FixedLoadRouter implements Router {
  private final Router worker;
  private final Assignments given;

  /**
   * Joins them.
   *
   * @param worker a router that makes as many assignments as are given
   */
  FixedLoadRouter(Router worker, Assignments given) {
    this.worker = worker;
    this.given = given;
  }

  @Override
  public int experts() {
    return worker.experts();
  }

  @Override
  public int modelWidth() {
    return worker.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return worker.parameters();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    RouterPass worked = worker.route(input, scope);
    RouterDecision decision = RouterDecision.of(input, given, null, null);
    return new RouterPass() {
      @Override
      public RouterDecision decision() {
        return decision;
      }

      @Override
      public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
        worked.backward(gradient, dx, into);
      }
    };
  }
}
