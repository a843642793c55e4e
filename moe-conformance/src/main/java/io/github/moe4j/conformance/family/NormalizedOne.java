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
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A router for one expert per token whose weight p becomes {@code p/(p + epsilon)}, next to 1 or 1
 * itself. The library has no such rule, since the weight gives the router no gradient.
 *
 * @param router gives p
 * @param epsilon at least 0
 */
record NormalizedOne(Router router, double epsilon) implements Router {
  @Override
  public int experts() {
    return router.experts();
  }

  @Override
  public int modelWidth() {
    return router.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return router.parameters();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    RouterPass routing = router.route(input, scope);
    RouterDecision bare = routing.decision();
    RouterDecision decision = normalized(bare);
    return new RouterPass() {
      @Override
      public RouterDecision decision() {
        return decision;
      }

      @Override
      public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
        double[] dWeights = gradient.weightsOrZero(decision);
        for (int n = 0; n < dWeights.length; n++) {
          double divisor = bare.assignments().weight(n) + epsilon;
          dWeights[n] *= epsilon / (divisor * divisor);
        }
        RoutingGradient total = RoutingGradient.ofWeights(dWeights);
        for (Kind kind : Kind.values()) {
          total = gradient
              .of(kind)
              .map(v -> RoutingGradient.of(kind, v))
              .orElse(RoutingGradient.none())
              .plus(total);
        }
        routing.backward(total, dx, into);
      }
    };
  }

  private RouterDecision normalized(RouterDecision bare) {
    Assignments all = bare.assignments();
    int[] token = new int[all.size()];
    int[] expert = new int[all.size()];
    double[] weight = all.weights();
    Arrays.setAll(token, all::token);
    Arrays.setAll(expert, all::expert);
    Arrays.setAll(weight, n -> weight[n] / (weight[n] + epsilon));
    RouterDecision result = RouterDecision.of(
        Assignments.of(all.tokens(), all.experts(), token, expert, weight),
        bare.mask(),
        bare.sequenceLength(),
        null,
        null);
    for (Kind kind : Kind.values()) {
      TokenScores scores = bare.scores(kind).orElse(null);
      result = scores == null ? result : result.with(scores);
    }
    return result;
  }
}
