package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer with a residual connection, {@code y = x + layer(x)}: a token without output from the layer passes
 * through unchanged. Parameters: those of the layer.
 */
public final class Residual implements TokenLayer {
  private final FeedForward layer;

  private Residual(FeedForward layer) {
    this.layer = layer;
  }

  /** Around a layer, such as a {@code MoeLayer}. */
  public static Residual of(FeedForward layer) {
    return new Residual(layer);
  }

  @Override
  public NamedArrays parameters() {
    return layer.parameters();
  }

  /** The layer, such as {@code x + layer moe: 8 experts, …}. */
  @Override
  public String toString() {
    return "x + " + layer;
  }

  @Override
  public Pass forward(TokenBatch input, Arena.Scope scope) {
    INDArray y = scope.take(input.dataType(), input.tokens(), input.width());
    FeedForwardPass inner = layer.forward(input, y);
    scope.whenClosed(inner::close);
    if (!y.isEmpty()) {
      y.addi(input.x());
    }
    return new Run(inner);
  }

  private record Run(FeedForwardPass inner) implements Pass {
    @Override
    public INDArray y() {
      return inner.y();
    }

    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      inner.backward(dy, dx, into);
      if (!dy.isEmpty()) {
        dx.addi(dy);
      }
    }

    @Override
    public List<MoePass> moe() {
      return MoePasses.in(inner);
    }
  }
}
