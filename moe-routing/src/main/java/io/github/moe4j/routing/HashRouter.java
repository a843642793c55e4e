package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hash routing: a fixed table maps tokens to experts; nothing is learned (Roller et al. 2021,
 * arXiv 2106.04426; ParlAI {@code HashLayerFFN}).
 *
 * <p>A token goes to the K experts of its key, each with weight 1/K. (The paper's MultiHash layers
 * assemble one expert from parts chosen by K hashes; this averages K whole experts.) x is
 * not read, so it has no gradient, and gradients of the weights are discarded.
 * There are no scores, so balance losses that read scores cannot be used; the balance is that of the
 * table: at perfect balance every expert gets {@code K·T/E} tokens. Works in every type.
 *
 * <p>No parameters.
 */
public final class HashRouter implements Router {
  private final ExpertTable table;
  private final HashKey key;
  private final int modelWidth;

  private HashRouter(ExpertTable table, HashKey key, int modelWidth) {
    this.table = table;
    this.key = key;
    this.modelWidth = Require.positive("modelWidth", modelWidth);
  }

  /**
   * A router by a table.
   *
   * @throws IllegalArgumentException if the width is not positive
   */
  public static HashRouter of(ExpertTable table, HashKey key, int modelWidth) {
    return new HashRouter(table, key, modelWidth);
  }

  @Override
  public int experts() {
    return table.experts();
  }

  @Override
  public int modelWidth() {
    return modelWidth;
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    Require.shape("x", input.x(), -1, modelWidth);
    int[] expert = table.choose(input, key);
    int[] token = TokenChoices.tokensOf(input.mask(), table.choices());
    double[] weight = new double[expert.length];
    Arrays.fill(weight, 1.0 / table.choices());
    Assignments made = Assignments.of(input.tokens(), experts(), token, expert, weight);
    RouterDecision decision = RouterDecision.of(input, made, null, null);
    return new RouterPass() {
      @Override
      public RouterDecision decision() {
        return decision;
      }

      @Override
      public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
        gradient.requireFits(decision);
        PassArrays.requireBackward("the router", NamedArrays.none(), input.x(), dx, into);
        // The weights are constants: nothing is added.
      }
    };
  }
}
