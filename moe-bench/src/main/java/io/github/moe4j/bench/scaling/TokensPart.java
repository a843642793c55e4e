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
 * One layer with an increasing number of tokens.
 *
 * @param shapes sizes but for the tokens
 * @param tokens numbers of tokens; all are compared with the first
 */
record TokensPart(List<LayerShape> shapes, List<Integer> tokens, Timing timing)
    implements ScalingPart {
  private static final String HEAD = """
      ### Tokens

      Forward. Goal: the time of a token within 10 %% of that at T = %d.

      | shape | D, H, E, K | T | ms | µs per token | relative to T = %d |
      |---|---|---:|---:|---:|---:|
      """;

  /**
   * A number of tokens.
   *
   * @param millis median of the rounds
   * @param relative time of a token over that with the fewest tokens
   */
  record Row(LayerShape shape, double millis, double microsPerToken, double relative) {}

  @Override
  public String name() {
    return "tokens";
  }

  @Override
  public long steps() {
    return shapes.size() * timing.steps(tokens.size());
  }

  @Override
  public Result measure(Consumer<String> progress) {
    List<Row> rows = new ArrayList<>();
    for (LayerShape shape : shapes) {
      progress.accept("tokens, " + shape.name());
      rows.addAll(measure(shape));
    }
    return new Result(table(rows), rows);
  }

  private List<Row> measure(LayerShape shape) {
    MoeLayer layer = ShapedLayer.of(shape);
    List<LayerShape> sized = tokens.stream().map(shape::withTokens).toList();
    List<BenchedPass> passes = new ArrayList<>();
    try {
      sized.forEach(each -> passes.add(BenchedPass.forward(layer, each)));
      return rows(sized, timing.interleaved(List.copyOf(passes)));
    } finally {
      passes.forEach(BenchedPass::close);
      ShapedLayer.close(layer);
    }
  }

  private static List<Row> rows(List<LayerShape> sized, double[][] millis) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < millis.length; i++) {
      LayerShape shape = sized.get(i);
      double median = Samples.median(millis[i]);
      double moreTokens = (double) shape.tokens() / sized.get(0).tokens();
      rows.add(new Row(
          shape,
          median,
          1e3 * median / shape.tokens(),
          Samples.ratio(millis[i], millis[0]) / moreTokens));
    }
    return rows;
  }

  String table(List<Row> rows) {
    StringBuilder table = new StringBuilder(HEAD.formatted(tokens.get(0), tokens.get(0)));
    for (Row row : rows) {
      LayerShape shape = row.shape();
      table.append(String.format(
          Locale.ROOT,
          "| %s | %d, %d, %d, %d | %d | %.2f | %.2f | %.2f |\n",
          shape.name(),
          shape.width(),
          shape.hidden(),
          shape.experts(),
          shape.k(),
          shape.tokens(),
          row.millis(),
          row.microsPerToken(),
          row.relative()));
    }
    return table.toString().stripTrailing();
  }
}
