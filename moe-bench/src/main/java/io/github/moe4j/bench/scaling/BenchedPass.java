package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A pass of a layer over random tokens: forward in evaluation, or forward and backward in training. */
final class BenchedPass implements Runnable, AutoCloseable {
  private final MoeLayer layer;
  private final boolean training;
  private final TokenBatch input;
  private final INDArray dy;
  private final INDArray dx;
  private final Gradients gradients;

  private BenchedPass(MoeLayer layer, LayerShape shape, PassMode mode) {
    this.layer = layer;
    this.training = mode.isTraining();
    SplittableRandom random = new SplittableRandom(3);
    INDArray x = ShapedLayer.tokens(shape, random);
    this.input = TokenBatch.of(x, mode);
    this.dy = training ? ShapedLayer.tokens(shape, random) : x;
    this.dx = training ? dy.like() : x;
    this.gradients = (training ? layer.parameters() : NamedArrays.none()).zeroGradients();
  }

  static BenchedPass forward(MoeLayer layer, LayerShape shape) {
    return new BenchedPass(layer, shape, PassMode.evaluation());
  }

  static BenchedPass inference(MoeLayer layer, LayerShape shape) {
    return new BenchedPass(layer, shape, PassMode.inference());
  }

  static BenchedPass training(MoeLayer layer, LayerShape shape) {
    return new BenchedPass(layer, shape, PassMode.training());
  }

  @Override
  public void run() {
    try (MoePass pass = layer.forward(input)) {
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
