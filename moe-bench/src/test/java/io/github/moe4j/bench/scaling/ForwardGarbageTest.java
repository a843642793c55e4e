package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.MoeLayer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Java garbage of a forward call in the shapes of the performance tables. Bytes are counted, the median of
 * several samples: other threads of this JVM allocate too, and those of one that ends vanish.
 */
class ForwardGarbageTest {
  private static final int GOAL = 256 * 1024;
  private static final int MARGIN = 32 * 1024;

  /** So that arenas have their memory, and classes are loaded. */
  private static final int WARM_UP_CALLS = 8;

  private static final int SAMPLES = 7;
  private static final int CALLS = 2;

  static List<LayerShape> shapes() {
    return LayerShape.all();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void forward_anyShape_inferenceAtMost256KilobytesEvaluationOnlyItsDecisionMore(LayerShape shape) {
    MoeLayer layer = ShapedLayer.of(shape);
    try (BenchedPass inference = BenchedPass.inference(layer, shape);
        BenchedPass evaluation = BenchedPass.forward(layer, shape)) {
      double least = bytes(inference);
      Assumptions.assumeFalse(Double.isNaN(least), "this JVM does not count allocated bytes");
      assertTrue(least > 0 && least <= GOAL, "inference: " + least);
      // Scores in float32; token, expert and weight of every choice.
      double decision = 4.0 * shape.tokens() * shape.experts() + 16.0 * shape.tokens() * shape.k();
      double kept = bytes(evaluation);
      assertTrue(
          kept <= least + decision + MARGIN, "evaluation: " + kept + ", inference: " + least);
    } finally {
      ShapedLayer.close(layer);
    }
  }

  private static double bytes(BenchedPass pass) {
    for (int i = 0; i < WARM_UP_CALLS; i++) {
      pass.run();
    }
    return Samples.median(IntStream.range(0, SAMPLES)
        .mapToDouble(i -> JavaGarbage.bytesOf(pass, CALLS))
        .toArray());
  }
}
