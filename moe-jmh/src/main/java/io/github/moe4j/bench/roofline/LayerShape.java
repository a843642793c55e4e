package io.github.moe4j.bench.roofline;

import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * Sizes of a float32 layer of SwiGLU experts with top-k.
 *
 * @param name in tables
 * @param tokens T
 * @param width D
 * @param hidden H
 * @param experts E
 * @param k choices per token K
 */
public record LayerShape(String name, int tokens, int width, int hidden, int experts, int k) {
  private static final List<LayerShape> ALL = List.of(
      new LayerShape("coarse", 2048, 512, 1792, 8, 2),
      new LayerShape("fine", 2048, 512, 256, 64, 8),
      new LayerShape("small", 512, 256, 512, 16, 2),
      new LayerShape("decode 16", 16, 512, 1792, 8, 2),
      new LayerShape("decode 1", 1, 512, 1792, 8, 2));

  /** Checks the sizes. */
  public LayerShape {
    Require.positive("tokens", tokens);
    Require.positive("width", width);
    Require.positive("hidden", hidden);
    Require.positive("experts", experts);
    Require.that(k >= 1 && k <= experts, "k must be in [1, %d] but was %d", experts, k);
  }

  /** The shapes of the performance tables. */
  public static List<LayerShape> all() {
    return ALL;
  }

  /**
   * The shape of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public static LayerShape named(String name) {
    return ALL.stream()
        .filter(shape -> shape.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("shape must be one of %s but was %s"
            .formatted(ALL.stream().map(LayerShape::name).toList(), name)));
  }

  /** The first two cells of a table's row: name, and sizes in the order T, D, H, E, K. */
  public String cells() {
    return "%s | %d, %d, %d, %d, %d".formatted(name, tokens, width, hidden, experts, k);
  }

  /** The same layer for another number of tokens. */
  public LayerShape withTokens(int number) {
    return new LayerShape(name, number, width, hidden, experts, k);
  }

  /** Floating-point operations of the experts' products in a forward pass: three a row. */
  public double forwardFlops() {
    return 3 * 2.0 * tokens * k * width * hidden;
  }

  /** The same with all gradients: of every product those of both factors. */
  public double trainingFlops() {
    return 3 * forwardFlops();
  }

  /**
   * Bytes of the weights that a pass must read at least once.
   *
   * @param expertsHit experts that have rows
   */
  public double weightBytes(int expertsHit) {
    return 3.0 * expertsHit * width * hidden * Float.BYTES;
  }
}
