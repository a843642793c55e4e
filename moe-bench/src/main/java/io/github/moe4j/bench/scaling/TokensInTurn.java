package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRouter;
import java.util.SplittableRandom;

/** Passes of one token each that go through all experts in turn, K at a time. */
final class TokensInTurn implements Runnable, AutoCloseable {
  private final MoeLayer layer;
  private final TokenBatch[] inputs;
  private int next;

  /**
   * Passes of a layer with the {@link #router} of the shape.
   *
   * @param shape of one token
   */
  TokensInTurn(MoeLayer layer, LayerShape shape) {
    Require.that(shape.tokens() == 1, "tokens must be 1 but was %d", shape.tokens());
    this.layer = layer;
    this.inputs = new TokenBatch[shape.experts() / shape.k()];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = TokenBatch.evaluation(ShapedLayer.tokens(shape, random)).withTokenIds(i);
    }
  }

  /** Sends the token of id i to the experts from K·i on. */
  static Router router(LayerShape shape) {
    int[][] choices = new int[shape.experts() / shape.k()][shape.k()];
    for (int i = 0; i < choices.length; i++) {
      for (int k = 0; k < shape.k(); k++) {
        choices[i][k] = i * shape.k() + k;
      }
    }
    ExpertTable table = ExpertTable.of(shape.experts(), choices);
    return HashRouter.of(table, HashKey.TOKEN_ID, shape.width());
  }

  @Override
  public void run() {
    layer.forward(inputs[next]).close();
    next = (next + 1) % inputs.length;
  }

  /** Frees the tokens; the layer stays. */
  @Override
  public void close() {
    for (TokenBatch input : inputs) {
      input.x().close();
    }
  }
}
