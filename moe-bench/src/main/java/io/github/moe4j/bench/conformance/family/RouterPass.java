package io.github.moe4j.bench.conformance.family;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.Routing;
import io.github.moe4j.core.RoutingGradient;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A router alone, without a layer around it, on the tokens of a case. */
final class RouterPass {
  private final Router router;
  private final MoeInput input;
  private final Routing routing;

  private RouterPass(Router router, MoeInput input) {
    this.router = router;
    this.input = input;
    this.routing = router.route(input);
  }

  /** Routes tokens x [T,D] in float64. */
  static RouterPass of(Router router, MoeInput input) {
    return new RouterPass(router, input);
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
