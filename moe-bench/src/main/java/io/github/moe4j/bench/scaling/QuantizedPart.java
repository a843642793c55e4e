package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.cli.MedianInterval;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Float32 expert weights against quantized ones, forward, interleaved. */
record QuantizedPart(List<Case> cases, Timing timing) implements ScalingPart {
  private static final String UNPACKED = "UNPACKED";

  private static final String HEAD = """
      ### Quantized

      Forward. "Unpacked" are float32 experts, all others QuantizedExperts; speedup over both kinds of float32, with
      95 % interval. Goals over packed float32: one token, weights from memory ("in turn"), 1.5 with bfloat16 and 2.5
      with int8; decode 16 1.0 and coarse 0.95 with every format.

      | shape | T, D, H, E, K | tokens | weights | MB | ms | over unpacked | over float32 |
      |---|---|---|---|---:|---:|---:|---:|
      """;

  /**
   * A layer and what goes through it.
   *
   * @param inTurn whether successive passes use different tokens and experts, so that weights are read again
   *     only after all others; else all passes use the same tokens
   */
  record Case(LayerShape shape, boolean inTurn) {}

  /**
   * A kind of weights.
   *
   * @param weights format, or UNPACKED
   * @param bytes of all experts
   * @param millis median of the rounds
   * @param speed times as fast as unpacked float32
   * @param packedSpeed times as fast as packed float32
   */
  record Row(
      LayerShape shape,
      boolean inTurn,
      String weights,
      long bytes,
      double millis,
      MedianInterval speed,
      MedianInterval packedSpeed) {}

  @Override
  public String name() {
    return "quantized";
  }

  @Override
  public long steps() {
    return cases.size() * timing.steps(1 + WeightFormat.values().length);
  }

  @Override
  public Result measure(Consumer<String> progress) {
    List<Row> rows = new ArrayList<>();
    for (Case each : cases) {
      progress.accept("quantized, " + each.shape().name());
      rows.addAll(measure(each));
    }
    return new Result(table(rows), rows);
  }

  private List<Row> measure(Case each) {
    LayerShape shape = each.shape();
    GluExperts experts = ShapedLayer.experts(shape);
    Router router = each.inTurn() ? TokensInTurn.router(shape) : ShapedLayer.router(shape);
    MoeLayer float32 = MoeLayer.of(router, experts);
    List<String> names = new ArrayList<>(List.of(UNPACKED));
    List<Long> bytes = new ArrayList<>(List.of(experts.parameters().count() * Float.BYTES));
    List<MoeLayer> layers = new ArrayList<>(List.of(float32));
    for (WeightFormat format : WeightFormat.values()) {
      QuantizedExperts quantized = QuantizedExperts.of(experts, format);
      names.add(format.name());
      bytes.add(quantized.bytes());
      layers.add(MoeLayer.of(router, quantized));
    }
    List<Runnable> passes = new ArrayList<>();
    List<Runnable> closings = new ArrayList<>();
    try {
      for (MoeLayer layer : layers) {
        if (each.inTurn()) {
          TokensInTurn tokens = new TokensInTurn(layer, shape);
          passes.add(tokens);
          closings.add(tokens::close);
        } else {
          BenchedPass pass = BenchedPass.forward(layer, shape);
          passes.add(pass);
          closings.add(pass::close);
        }
      }
      double[][] millis = timing.interleaved(passes);
      double[] packed = millis[1 + WeightFormat.FLOAT32.ordinal()];
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < millis.length; i++) {
        rows.add(new Row(
            shape,
            each.inTurn(),
            names.get(i),
            bytes.get(i),
            Samples.median(millis[i]),
            Samples.ratioInterval(millis[0], millis[i]),
            Samples.ratioInterval(packed, millis[i])));
      }
      return rows;
    } finally {
      closings.forEach(Runnable::run);
      ShapedLayer.close(float32);
    }
  }

  static String table(List<Row> rows) {
    StringBuilder table = new StringBuilder(HEAD);
    for (Row row : rows) {
      LayerShape shape = row.shape();
      table.append(String.format(
          Locale.ROOT,
          "| %s | %s | %s | %.0f | %.3f | %s | %s |\n",
          shape.cells(),
          row.inTurn() ? "in turn" : "the same",
          row.weights().toLowerCase(Locale.ROOT),
          row.bytes() / 1e6,
          row.millis(),
          cell(row.speed()),
          cell(row.packedSpeed())));
    }
    return table.toString().stripTrailing();
  }

  private static String cell(MedianInterval speed) {
    return String.format(
        Locale.ROOT, "%.2f [%.2f, %.2f]", speed.median(), speed.low(), speed.high());
  }
}
