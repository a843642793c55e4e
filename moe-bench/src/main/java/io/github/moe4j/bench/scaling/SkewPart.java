package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Uniform load against half of all rows on one expert.
 *
 * @param shape with two choices per token, so that every token has the busy expert and another one
 */
record SkewPart(LayerShape shape, Timing timing) implements ScalingPart {
  private static final String HEAD = """
      ### Skew

      Shape %s: T %d, D %d, H %d, E %d, K %d; half of all rows on one expert. Goal: ratio at most 1.10.

      | pass | uniform ms | skewed ms | skewed/uniform |
      |---|---:|---:|---:|
      """;

  SkewPart {
    Require.that(
        shape.k() == 2 && shape.experts() > 2,
        "skew needs K = 2 and more than 2 experts but K was %d and E %d",
        shape.k(),
        shape.experts());
  }

  /**
   * A kind of pass.
   *
   * @param evenMillis median of the rounds
   * @param ratio skewed/uniform, median over rounds
   */
  record Row(String pass, double evenMillis, double skewedMillis, double ratio) {}

  @Override
  public String name() {
    return "skew";
  }

  @Override
  public long steps() {
    return timing.steps(4);
  }

  @Override
  public Result measure(Consumer<String> progress) {
    progress.accept("skew");
    List<MoeLayer> layers = List.of(layer(evenChoices()), layer(skewedChoices()));
    List<BenchedPass> passes = new ArrayList<>();
    try {
      layers.forEach(layer -> passes.add(BenchedPass.forward(layer, shape)));
      layers.forEach(layer -> passes.add(BenchedPass.training(layer, shape)));
      double[][] millis = timing.interleaved(List.copyOf(passes));
      List<Row> rows =
          List.of(row("forward", millis[0], millis[1]), row("training", millis[2], millis[3]));
      return new Result(table(rows), rows);
    } finally {
      passes.forEach(BenchedPass::close);
      layers.forEach(ShapedLayer::close);
    }
  }

  /** With a fixed table of experts by position instead of a learned router. */
  private MoeLayer layer(int[][] choices) {
    ExpertTable table = ExpertTable.of(shape.experts(), choices);
    return ShapedLayer.of(shape, HashRouter.of(table, HashKey.POSITION, shape.width()));
  }

  /** Experts of each token [T,2], the next two in turn. */
  int[][] evenChoices() {
    int[][] choices = new int[shape.tokens()][];
    for (int t = 0; t < choices.length; t++) {
      choices[t] = new int[] {2 * t % shape.experts(), (2 * t + 1) % shape.experts()};
    }
    return choices;
  }

  /** Experts of each token [T,2], the first one and another in turn. */
  int[][] skewedChoices() {
    int[][] choices = new int[shape.tokens()][];
    for (int t = 0; t < choices.length; t++) {
      choices[t] = new int[] {0, 1 + t % (shape.experts() - 1)};
    }
    return choices;
  }

  private static Row row(String pass, double[] even, double[] skewed) {
    return new Row(pass, Samples.median(even), Samples.median(skewed), Samples.ratio(skewed, even));
  }

  String table(List<Row> rows) {
    StringBuilder table = new StringBuilder(HEAD.formatted(
        shape.name(), shape.tokens(), shape.width(), shape.hidden(), shape.experts(), shape.k()));
    for (Row row : rows) {
      table.append(String.format(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.2f |\n",
          row.pass(),
          row.evenMillis(),
          row.skewedMillis(),
          row.ratio()));
    }
    return table.toString().stripTrailing();
  }
}
