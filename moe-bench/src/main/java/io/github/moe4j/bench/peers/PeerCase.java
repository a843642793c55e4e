package io.github.moe4j.bench.peers;

import io.github.moe4j.bench.roofline.LayerShape;
import java.util.SplittableRandom;

/**
 * A float32 layer and its inputs, all arrays row-major. A token's weights are the softmax over its
 * K largest logits; an expert is {@code down(silu(gate(x))·up(x))}, or {@code down(silu(up(x)))} if
 * it is not gated.
 *
 * @param shape sizes, with the hidden width H that the experts have
 * @param gated whether experts have a gate
 * @param x tokens [T,D]
 * @param dy gradient of the output [T,D]
 * @param router weight [E,D]
 * @param gate weight [E,H,D]; empty without gate
 * @param up weight [E,H,D]
 * @param down weight [E,D,H]
 */
public record PeerCase(
    LayerShape shape,
    boolean gated,
    float[] x,
    float[] dy,
    float[] router,
    float[] gate,
    float[] up,
    float[] down) {

  /** Uniform numbers in ±√3 have variance 1. */
  private static final double UNIT = Math.sqrt(3);

  private static final double ROUTER = 0.02 * UNIT;

  /** A layer of SwiGLU experts. */
  static PeerCase gated(LayerShape shape) {
    return of(shape, true);
  }

  /** A layer of plain experts, 1.5 times as wide: the same FLOPs as the gated ones. */
  static PeerCase plain(LayerShape shape) {
    LayerShape wider = new LayerShape(
        shape.name(),
        shape.tokens(),
        shape.width(),
        shape.hidden() * 3 / 2,
        shape.experts(),
        shape.k());
    return of(wider, false);
  }

  private static PeerCase of(LayerShape shape, boolean gated) {
    SplittableRandom random = new SplittableRandom(5);
    int tokens = shape.tokens() * shape.width();
    int matrices = shape.experts() * shape.hidden() * shape.width();
    double in = 1 / Math.sqrt(shape.width());
    double out = 1 / Math.sqrt(shape.hidden());
    return new PeerCase(
        shape,
        gated,
        uniform(random, tokens, UNIT),
        uniform(random, tokens, UNIT),
        uniform(random, shape.experts() * shape.width(), ROUTER),
        uniform(random, gated ? matrices : 0, in),
        uniform(random, matrices, in),
        uniform(random, matrices, out));
  }

  private static float[] uniform(SplittableRandom random, int size, double bound) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return values;
  }
}
