package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.cli.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Two threads in one layer at once against one thread alone.
 *
 * @param shapes of the layers, tokens those of each caller
 */
record CallersPart(List<LayerShape> shapes, Timing timing) implements ScalingPart {
  private static final String HEAD = """
      ### Callers

      Forward. Goal: two concurrent callers reach at least 0.9 times the passes/s of one caller.

      | shape | T, D, H, E, K | passes/s, one caller | passes/s, two callers | two/one |
      |---|---|---:|---:|---:|
      """;

  /** A sample is long compared with thread start and the difference in end times. */
  private static final int LEAST_PASSES = 4;

  /** Passes of each caller that are compared. */
  private static final int CHECKS = 10;

  /**
   * A shape.
   *
   * @param onePerSecond passes of one caller, median of the rounds
   * @param twoPerSecond passes of both callers together
   * @param ratio two over one, median of those of the rounds
   */
  record Row(LayerShape shape, double onePerSecond, double twoPerSecond, double ratio) {}

  @Override
  public String name() {
    return "callers";
  }

  @Override
  public long steps() {
    return shapes.size() * (timing.warmUpSteps() + timing.steps(2));
  }

  @Override
  public Result measure(Consumer<String> progress) {
    List<Row> rows = new ArrayList<>();
    for (LayerShape shape : shapes) {
      progress.accept("callers, " + shape.name());
      rows.add(measure(shape));
    }
    return new Result(table(rows), rows);
  }

  private Row measure(LayerShape shape) {
    try (Callers callers = new Callers(shape)) {
      callers.requireSameAsAlone(CHECKS);
      int passes = Math.max(LEAST_PASSES, timing.warmUp(() -> callers.run(1, 1)));
      double[][] millis =
          timing.interleaved(List.of(() -> callers.run(1, passes), () -> callers.run(2, passes)));
      return new Row(
          shape,
          1e3 * passes / Samples.median(millis[0]),
          2e3 * passes / Samples.median(millis[1]),
          2 * Samples.ratio(millis[0], millis[1]));
    }
  }

  static String table(List<Row> rows) {
    StringBuilder table = new StringBuilder(HEAD);
    for (Row row : rows) {
      table.append(String.format(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.2f |\n",
          row.shape().cells(),
          row.onePerSecond(),
          row.twoPerSecond(),
          row.ratio()));
    }
    return table.toString().stripTrailing();
  }
}
