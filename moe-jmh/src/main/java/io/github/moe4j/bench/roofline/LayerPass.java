package io.github.moe4j.bench.roofline;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;

/** What a layer does in one timed run. */
public enum LayerPass {
  /** Evaluation. */
  FORWARD("forward", "forward"),

  /** Evaluation with packed float32 weights. */
  PACKED("forward, packed", "forward_packed"),

  /** Forward and backward with all gradients. */
  TRAINING("training", "training");

  private final String text;
  private final String field;

  LayerPass(String text, String field) {
    this.text = text;
    this.field = field;
  }

  /** As tables write it. */
  String text() {
    return text;
  }

  /** As the JSON file writes it. */
  String field() {
    return field;
  }

  boolean trains() {
    return this == TRAINING;
  }

  /** A layer of a shape for this pass. */
  MoeLayer layer(LayerShape shape) {
    if (this != PACKED) {
      return ShapedLayer.of(shape);
    }
    GluExperts live = ShapedLayer.experts(shape);
    QuantizedExperts packed = QuantizedExperts.of(live, WeightFormat.FLOAT32);
    live.parameters().forEach((name, array) -> array.close());
    return MoeLayer.of(ShapedLayer.router(shape), packed);
  }
}
