package io.github.moe4j.bench.roofline;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers and tokens of a shape, with random values that are the same every time. */
public final class ShapedLayer {
  private ShapedLayer() {}

  /** A layer with a linear gate and top-k, with roughly uniform load. */
  public static MoeLayer of(LayerShape shape) {
    return of(shape, router(shape));
  }

  /** A layer with another router. */
  public static MoeLayer of(LayerShape shape, Router router) {
    return MoeLayer.of(router, experts(shape));
  }

  /** A linear gate and top-k. */
  public static Router router(LayerShape shape) {
    LinearGate gate = LinearGate.create(shape.experts(), shape.width(), DataType.FLOAT, 1);
    return GatedRouter.of(gate, TopK.of(shape.k()));
  }

  /** SwiGLU experts. */
  public static GluExperts experts(LayerShape shape) {
    return GluExperts.create(ExpertOptions.of(shape.experts(), shape.width(), shape.hidden()), 2);
  }

  /**
   * Tokens [T,D] from a normal distribution.
   *
   * @param random Modified: it is drawn from.
   */
  public static INDArray tokens(LayerShape shape, SplittableRandom random) {
    return Initializer.normal(1).create(DataType.FLOAT, random, shape.tokens(), shape.width());
  }

  /** Frees the parameters. */
  public static void close(MoeLayer layer) {
    layer.parameters().forEach((name, array) -> array.close());
  }
}
