package io.github.moe4j.bench.peers;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The layer in this library. */
final class OwnLayer implements PeerLayer {
  private final MoeLayer layer;
  private final boolean training;
  private final TokenBatch input;
  private final INDArray dy;
  private final INDArray dx;
  private final Gradients gradients;

  /** The layer as it trains, or evaluates with live weights. */
  OwnLayer(PeerCase work, boolean training) {
    this(work, training, live(work));
  }

  /** A layer that evaluates alone, with weights in the order of the products. */
  static OwnLayer packed(PeerCase work) {
    Experts live = live(work);
    Experts packed = live instanceof GluExperts glu
        ? QuantizedExperts.of(glu, WeightFormat.FLOAT32)
        : QuantizedExperts.of((FfnExperts) live, WeightFormat.FLOAT32);
    live.parameters().forEach((name, array) -> array.close());
    return new OwnLayer(work, false, packed);
  }

  private OwnLayer(PeerCase work, boolean training, Experts experts) {
    LayerShape shape = work.shape();
    INDArray router = array(work.router(), shape.experts(), shape.width());
    this.layer =
        MoeLayer.of(GatedRouter.of(LinearGate.of(router), TopK.softmaxAfter(shape.k())), experts);
    this.training = training;
    INDArray x = array(work.x(), shape.tokens(), shape.width());
    this.input = training ? TokenBatch.training(x) : TokenBatch.evaluation(x);
    this.dy = array(work.dy(), shape.tokens(), shape.width());
    this.dx = dy.like();
    this.gradients = (training ? layer.parameters() : NamedArrays.none()).zeroGradients();
  }

  private static Experts live(PeerCase work) {
    LayerShape shape = work.shape();
    int experts = shape.experts();
    INDArray up = array(work.up(), experts, shape.hidden(), shape.width());
    INDArray down = array(work.down(), experts, shape.width(), shape.hidden());
    if (!work.gated()) {
      return FfnExperts.of(Activation.SILU, up, null, down, null);
    }
    INDArray gate = array(work.gate(), experts, shape.hidden(), shape.width());
    return GluExperts.of(Activation.SILU, gate, null, up, null, down, null);
  }

  private static INDArray array(float[] values, long... shape) {
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  @Override
  public void run() {
    pass(y -> {});
  }

  private void pass(Consumer<INDArray> output) {
    INDArray y;
    try (MoePass pass = layer.forward(input)) {
      if (training) {
        pass.backward(dy, dx, gradients);
      }
      y = pass.y();
    }
    output.accept(y);
    y.close();
  }

  @Override
  public Map<String, float[]> results() {
    dx.assign(0);
    gradients.zero();
    Map<String, float[]> results = new LinkedHashMap<>();
    pass(y -> results.put("y", values(y)));
    if (training) {
      results.put("dx", values(dx));
      gradients.forEach((name, gradient) -> results.put(name, values(gradient)));
    }
    return results;
  }

  private static float[] values(INDArray array) {
    try (INDArray copy = array.dup('c')) {
      return copy.data().asFloat();
    }
  }

  @Override
  public void close() {
    layer.parameters().forEach((name, array) -> array.close());
    gradients.forEach((name, array) -> array.close());
    input.x().close();
    dy.close();
    dx.close();
  }
}
