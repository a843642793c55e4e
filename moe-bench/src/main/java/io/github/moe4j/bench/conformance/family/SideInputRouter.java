package io.github.moe4j.bench.conformance.family;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Parameters;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.Routing;
import io.github.moe4j.core.RoutingGradient;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A router that reads tokens of its own in place of the layer's. They are a parameter, {@code
 * input}, so that their gradient comes out with the others.
 *
 * @param router decides
 * @param tokens what it reads [T,W]
 * @param modelWidth width D of the layer's tokens
 */
record SideInputRouter(Router router, INDArray tokens, int modelWidth) implements Router {
  @Override
  public int experts() {
    return router.experts();
  }

  @Override
  public Parameters parameters() {
    Parameters.Builder all = Parameters.builder().add("input", tokens);
    router.parameters().forEach(all::add);
    return all.build();
  }

  @Override
  public Routing route(MoeInput input) {
    Routing routing = router.route(input.withX(tokens));
    return new Routing() {
      @Override
      public RouterDecision decision() {
        return routing.decision();
      }

      @Override
      public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
        routing.backward(gradient, into.get("input"), into);
      }
    };
  }
}
