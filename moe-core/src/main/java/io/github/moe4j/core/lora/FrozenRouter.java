package io.github.moe4j.core.lora;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import java.util.Set;
import java.util.function.Predicate;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A router of which some parameters, or all, are frozen.
 *
 * <p>Parameters: those that are trained, under their own names. The others have no gradient, no optimizer sees them, and
 * gradients of what comes before are those of the router.
 */
public final class FrozenRouter implements Router {
  private final Router inner;
  private final FrozenPart part;

  private FrozenRouter(Router inner, FrozenPart part) {
    this.inner = inner;
    this.part = part;
  }

  /**
   * Freezes all parameters.
   *
   * @param inner what is frozen. Kept.
   */
  public static FrozenRouter of(Router inner) {
    return except(inner, name -> false);
  }

  /**
   * Freezes some parameters.
   *
   * @param inner of which some parameters are frozen. Kept.
   * @param isTrained whether the parameter of a name is trained
   */
  public static FrozenRouter except(Router inner, Predicate<String> isTrained) {
    return new FrozenRouter(inner, FrozenPart.of(inner.parameters(), isTrained));
  }

  /** The same with all its parameters. */
  public Router inner() {
    return inner;
  }

  @Override
  public int experts() {
    return inner.experts();
  }

  @Override
  public int modelWidth() {
    return inner.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return part.trained();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    return new Run(inner.route(input, scope), part.frozen());
  }

  /** The pass of the router, with more gradients than it is given. */
  private record Run(RouterPass run, Set<String> frozen) implements RouterPass {
    @Override
    public RouterDecision decision() {
      return run.decision();
    }

    @Override
    public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
      run.backward(gradient, dx, into.andFrozen(frozen));
    }
  }
}
