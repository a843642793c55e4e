package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A router alone, without a layer around it, on the tokens of a case. */
final class RouterCasePass {
  private final Router router;
  private final TokenBatch input;
  private final RouterPass routing;

  private RouterCasePass(Router router, TokenBatch input) {
    this.router = router;
    this.input = input;
    this.routing = router.route(input);
  }

  /** Routes tokens x [T,D] in float64. */
  static RouterCasePass of(Router router, TokenBatch input) {
    return new RouterCasePass(router, input);
  }

  /** What it decided. */
  RouterDecision decision() {
    return routing.decision();
  }

  /** The gradients of x and of the router's parameters. */
  MoeGradients backward(RoutingGradient gradient) {
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, input.tokens(), input.width());
    Gradients parameters = router.parameters().zeroGradients();
    routing.backward(gradient, dx, parameters);
    return new MoeGradients(dx, parameters);
  }
}
