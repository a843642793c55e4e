package io.github.moe4j.lab.report;

import io.github.moe4j.cli.StudentT;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How much larger a figure is for one model than for another, paired by seed: what a seed does to both cancels. The
 * interval is mean ± t·deviation/√seeds with Student's t of seeds − 1 degrees of freedom.
 *
 * @param mean over the common seeds; NaN without any
 * @param deviation sample standard deviation; NaN for fewer than two seeds
 * @param seeds common seeds at which both were measured
 * @param low lower end of the 95 % interval; NaN for fewer than two seeds
 * @param high upper end
 */
public record PairedDifference(double mean, double deviation, int seeds, double low, double high) {
  private static final double CONFIDENCE = 0.95;

  /**
   * The difference to − from.
   *
   * @param from a value per seed; NaN where there is none. Not modified.
   * @param to the other's values for the same seeds in the same order. Not modified.
   */
  public static PairedDifference of(double[] from, double[] to) {
    if (from.length != to.length) {
      throw new IllegalArgumentException("from and to must be of the same seeds but have %d and %d"
          .formatted(from.length, to.length));
    }
    SeedSpread spread = SeedSpread.of(
        IntStream.range(0, from.length).mapToDouble(i -> to[i] - from[i]).toArray());
    int seeds = spread.count();
    double half = seeds < 2
        ? Double.NaN
        : StudentT.quantile(CONFIDENCE, seeds - 1) * spread.deviation() / Math.sqrt(seeds);
    return new PairedDifference(
        spread.mean(), spread.deviation(), seeds, spread.mean() - half, spread.mean() + half);
  }

  /** The difference of a figure between two models; seeds that only one of them has do not count. */
  static PairedDifference of(
      List<ModelResult> from, List<ModelResult> to, ToDoubleFunction<ModelResult> figure) {
    return of(
        from.stream().mapToDouble(figure).toArray(),
        from.stream().mapToDouble(model -> bySeed(to, model.seed(), figure)).toArray());
  }

  private static double bySeed(
      List<ModelResult> models, long seed, ToDoubleFunction<ModelResult> figure) {
    return models.stream()
        .filter(model -> model.seed() == seed)
        .mapToDouble(figure)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Whether there is an interval: from two seeds on. */
  public boolean hasInterval() {
    return seeds > 1;
  }

  /** Whether the interval lies on one side of 0; false without an interval. */
  public boolean excludesZero() {
    return low > 0 || high < 0;
  }

  /**
   * Mean ± deviation as text; without seeds a dash.
   *
   * @param format of a number, such as {@code %.4f}
   */
  public String text(String format) {
    if (seeds == 0) {
      return "-";
    }
    String text = signed(format, mean);
    return hasInterval() ? text + " ± " + String.format(Locale.ROOT, format, deviation) : text;
  }

  /** The interval as text, and whether it excludes 0; without an interval a dash. */
  public String interval(String format) {
    return hasInterval()
        ? "%s to %s%s"
            .formatted(
                signed(format, low), signed(format, high), excludesZero() ? ", excludes 0" : "")
        : "-";
  }

  private static String signed(String format, double value) {
    return String.format(Locale.ROOT, format.replace("%", "%+"), value);
  }
}
