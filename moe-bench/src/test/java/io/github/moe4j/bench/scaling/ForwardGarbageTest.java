package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.MoeLayer;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Java garbage of a forward call in the shapes of the performance tables. Bytes are counted, the least of
 * several samples: other threads of this JVM allocate too, and so do vectors until C2 has compiled them.
 */
class ForwardGarbageTest {
  private static final int GOAL = 256 * 1024;
  private static final int MARGIN = 32 * 1024;

  private static final int CALLS = 2;

  private static final int MOST_SAMPLES = 400;

  static List<LayerShape> shapes() {
    return LayerShape.all();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void forward_anyShape_inferenceAtMost256KilobytesEvaluationOnlyItsDecisionMore(LayerShape shape) {
    MoeLayer layer = ShapedLayer.of(shape);
    try (BenchedPass inference = BenchedPass.inference(layer, shape);
        BenchedPass evaluation = BenchedPass.forward(layer, shape)) {
      double least = leastBytes(inference, GOAL);
      Assumptions.assumeFalse(Double.isNaN(least), "this JVM does not count allocated bytes");
      assertTrue(least > 0 && least <= GOAL, "inference: " + least);
      // Scores in float32; token, expert and weight of every choice.
      double decision = 4.0 * shape.tokens() * shape.experts() + 16.0 * shape.tokens() * shape.k();
      double kept = leastBytes(evaluation, least + decision + MARGIN);
      assertTrue(
          kept <= least + decision + MARGIN, "evaluation: " + kept + ", inference: " + least);
    } finally {
      ShapedLayer.close(layer);
    }
  }

  /** The least of samples, of which there are no more after the first within a goal. */
  private static double leastBytes(BenchedPass pass, double goal) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < MOST_SAMPLES && least > goal; i++) {
      least = Math.min(least, JavaGarbage.bytesOf(pass, CALLS));
    }
    return least;
  }
}
