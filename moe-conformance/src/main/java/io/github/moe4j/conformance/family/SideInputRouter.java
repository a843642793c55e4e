package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
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
  public NamedArrays parameters() {
    NamedArrays.Builder all = NamedArrays.builder().add("input", tokens);
    router.parameters().forEach(all::add);
    return all.build();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    RouterPass routing = router.route(input.withX(tokens), scope);
    return new RouterPass() {
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
