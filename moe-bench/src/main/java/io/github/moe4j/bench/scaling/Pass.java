package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeForward;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Parameters;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A pass of a layer over random tokens: forward in evaluation, or in training there and back. */
final class Pass implements Runnable, AutoCloseable {
  private final MoeLayer layer;
  private final boolean training;
  private final MoeInput input;
  private final INDArray dy;
  private final INDArray dx;
  private final Gradients gradients;

  private Pass(MoeLayer layer, LayerShape shape, boolean training) {
    this.layer = layer;
    this.training = training;
    SplittableRandom random = new SplittableRandom(3);
    MoeInput tokens = MoeInput.of(ShapedLayer.tokens(shape, random));
    this.input = training ? tokens.training() : tokens;
    this.dy = training ? ShapedLayer.tokens(shape, random) : tokens.x();
    this.dx = training ? dy.like() : tokens.x();
    this.gradients = (training ? layer.parameters() : Parameters.none()).zeroGradients();
  }

  static Pass forward(MoeLayer layer, LayerShape shape) {
    return new Pass(layer, shape, false);
  }

  static Pass training(MoeLayer layer, LayerShape shape) {
    return new Pass(layer, shape, true);
  }

  @Override
  public void run() {
    try (MoeForward pass = layer.forward(input)) {
      if (training) {
        pass.backward(dy, dx, gradients);
      }
    }
  }

  /** Frees tokens and gradients; the layer stays. */
  @Override
  public void close() {
    gradients.forEach((name, array) -> array.close());
    input.x().close();
    if (training) {
      dy.close();
      dx.close();
    }
  }
}
