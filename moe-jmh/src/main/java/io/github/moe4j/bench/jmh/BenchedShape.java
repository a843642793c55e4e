package io.github.moe4j.bench.jmh;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Tokens of a shape and a learned top-k router for them, float32.
 *
 * <p>Only the states that extend it have a method that JMH calls to set up, one each: among several
 * of a hierarchy JMH does not go by who extends whom.
 */
@State(Scope.Benchmark)
public abstract class BenchedShape {
  private static final String EXPERTS = "experts ";

  /**
   * A shape of the performance tables, or {@code experts E}: 2048 tokens of width 512 into E experts of
   * hidden width 256, two choices.
   */
  @Param({
    "coarse",
    "fine",
    "small",
    "decode 16",
    "decode 1",
    "experts 8",
    "experts 32",
    "experts 128",
    "experts 256"
  })
  public String shape = "";

  LayerShape sizes;
  Router router;
  INDArray x;

  /** For the states of benchmarks. */
  BenchedShape() {}

  /** Builds tokens and router. */
  void buildRouter() {
    sizes = named(shape);
    router = ShapedLayer.router(sizes);
    x = ShapedLayer.tokens(sizes, new SplittableRandom(3));
  }

  /** The tokens in a pass that evaluates. */
  TokenBatch input() {
    return TokenBatch.evaluation(x);
  }

  /** Random rows of width D. */
  INDArray normal(long seed, int rows) {
    return Initializer.normal(1)
        .create(DataType.FLOAT, new SplittableRandom(seed), rows, sizes.width());
  }

  /** The shape of a name; an error if there is none. */
  static LayerShape named(String name) {
    return name.matches(EXPERTS + "\\d{1,4}")
        ? new LayerShape(
            name, 2048, 512, 256, Integer.parseInt(name.substring(EXPERTS.length())), 2)
        : LayerShape.named(name);
  }

  /** An error unless all values are finite. */
  static void requireFinite(String name, INDArray array) {
    double sum = array.sumNumber().doubleValue();
    if (!Double.isFinite(sum)) {
      throw new IllegalStateException(name + " must be finite but its sum is " + sum);
    }
  }
}
