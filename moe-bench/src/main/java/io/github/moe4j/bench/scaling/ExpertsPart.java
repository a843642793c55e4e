package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.MoeLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The same tokens over an increasing number of experts.
 *
 * @param shape sizes but for the experts
 * @param experts numbers of experts; all are compared with the first
 */
record ExpertsPart(LayerShape shape, List<Integer> experts, Timing timing) implements ScalingPart {
  private static final String HEAD = """
      ### Experts

      T %d, D %d, H %d, K %d, forward. Goal: at E = 128 at least 75 %% of the tokens/s at E = 8.

      | E | rows per expert | ms | tokens/s | share of E = %d |
      |---:|---:|---:|---:|---:|
      """;

  /**
   * A number of experts.
   *
   * @param millis median of the rounds
   * @param share of the throughput with the fewest experts
   */
  record Row(int experts, double millis, double tokensPerSecond, double share) {}

  @Override
  public String name() {
    return "experts";
  }

  @Override
  public long steps() {
    return timing.steps(experts.size());
  }

  @Override
  public Result measure(Consumer<String> progress) {
    progress.accept("experts");
    List<MoeLayer> layers = new ArrayList<>();
    List<BenchedPass> passes = new ArrayList<>();
    try {
      for (int number : experts) {
        LayerShape sized = new LayerShape(
            shape.name(), shape.tokens(), shape.width(), shape.hidden(), number, shape.k());
        layers.add(ShapedLayer.of(sized));
        passes.add(BenchedPass.forward(layers.get(layers.size() - 1), sized));
      }
      List<Row> rows = rows(timing.interleaved(List.copyOf(passes)));
      return new Result(table(rows), rows);
    } finally {
      passes.forEach(BenchedPass::close);
      layers.forEach(ShapedLayer::close);
    }
  }

  private List<Row> rows(double[][] millis) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < millis.length; i++) {
      double median = Samples.median(millis[i]);
      rows.add(new Row(
          experts.get(i),
          median,
          1e3 * shape.tokens() / median,
          Samples.ratio(millis[0], millis[i])));
    }
    return rows;
  }

  String table(List<Row> rows) {
    StringBuilder table = new StringBuilder(
        HEAD.formatted(shape.tokens(), shape.width(), shape.hidden(), shape.k(), experts.get(0)));
    for (Row row : rows) {
      table.append(String.format(
          Locale.ROOT,
          "| %d | %.0f | %.2f | %.0f | %.0f %% |\n",
          row.experts(),
          (double) shape.tokens() * shape.k() / row.experts(),
          row.millis(),
          row.tokensPerSecond(),
          100 * row.share()));
    }
    return table.toString().stripTrailing();
  }
}
