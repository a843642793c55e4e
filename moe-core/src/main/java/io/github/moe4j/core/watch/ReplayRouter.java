package io.github.moe4j.core.watch;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Replays the decisions of a trace, weights included, pass by pass, independent of the tokens' values.
 *
 * <p>It is not trainable: recorded weights are constants without gradient. It provides no scores either,
 * so losses and capacity rules that need scores cannot be used. In {@code
 * moe-routing}, {@code ReplayedTopK} replays only the choice and is trainable.
 */
public final class ReplayRouter implements Router {
  private final Replay replay;
  private final int modelWidth;

  private ReplayRouter(Replay replay, int modelWidth) {
    this.replay = replay;
    this.modelWidth = Require.positive("modelWidth", modelWidth);
  }

  /**
   * A router that reads a replay, which must not be used elsewhere.
   *
   * @param modelWidth D of the tokens
   */
  public static ReplayRouter of(Replay replay, int modelWidth) {
    return new ReplayRouter(replay, modelWidth);
  }

  @Override
  public int experts() {
    return replay.experts();
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
    TracedPass pass = replay.next(input);
    Require.that(
        pass.weights() != TraceWeights.NONE,
        "the trace has no weights: record them, or replay only the choice with ReplayedTopK");
    RouterDecision decision = RouterDecision.of(input, pass.assignments(), null, null);
    return new RouterPass() {
      @Override
      public RouterDecision decision() {
        return decision;
      }

      @Override
      public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
        gradient.requireFits(decision);
        PassArrays.requireBackward("the replay", NamedArrays.none(), input.x(), dx, into);
      }
    };
  }
}
