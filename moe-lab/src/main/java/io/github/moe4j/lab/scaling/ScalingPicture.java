package io.github.moe4j.lab.scaling;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Bits per byte against the number of experts and against granularity, on one vertical axis: a line through means,
 * a dot for each seed, and the dense model as a dashed line. SVG, readable on light and dark pages.
 */
public final class ScalingPicture {
  private static final String INK = "#6b7280";
  private static final String LINE = "#2563eb";
  private static final int LEFT = 52;
  private static final int TOP = 16;
  private static final int HEIGHT = 250;
  private static final int STEP = 58;
  private static final int GAP = 48;
  private static final int MARGIN = 24;
  private static final int TICKS = 6;

  private final StringBuilder svg = new StringBuilder();
  private final ExpertScaling scaling;
  private final double low;
  private final double high;
  private final double tick;

  private ScalingPicture(ExpertScaling scaling) {
    this.scaling = scaling;
    double[] all = Stream.concat(scaling.byExperts().stream(), scaling.byGranularity().stream())
        .flatMap(point -> point.bits().values().stream())
        .mapToDouble(Double::doubleValue)
        .sorted()
        .toArray();
    this.tick = tick((all[all.length - 1] - all[0]) / TICKS);
    this.low = Math.floor(all[0] / tick) * tick;
    this.high = Math.max(low + tick, Math.ceil(all[all.length - 1] / tick) * tick);
  }

  /** The smallest of 1, 2 and 5 times a power of ten that is not below a size. */
  private static double tick(double size) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(size, 1e-4))));
    return Stream.of(1.0, 2.0, 5.0, 10.0)
        .map(factor -> factor * power)
        .filter(value -> value >= size)
        .findFirst()
        .orElse(10 * power);
  }

  /** Draws both series; the second only if there is one. */
  public static String svg(ExpertScaling scaling) {
    return new ScalingPicture(scaling).draw();
  }

  private String draw() {
    List<ScalingPoint> first = scaling.byExperts();
    List<ScalingPoint> second = scaling.byGranularity();
    int start = LEFT + width(first) + GAP;
    int width = second.isEmpty() ? LEFT + width(first) + 10 : start + width(second) + 10;
    int height = TOP + HEIGHT + 44;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"11\" fill=\"%s\" role=\"img\">",
        width, height, width, height, INK);
    add("<title>Bits per byte by number of experts and by granularity</title>");
    add(
        "<text x=\"12\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 12 %1$d)\">bits per byte</text>",
        TOP + HEIGHT / 2);
    for (int i = 0; low + i * tick < high + tick / 2; i++) {
      double value = low + i * tick;
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 6, y(value) + 4, String.format(Locale.ROOT, tick < 0.01 ? "%.3f" : "%.2f", value));
    }
    panel(
        LEFT, first, "experts", point -> point == scaling.dense() ? "dense" : "" + point.experts());
    if (!second.isEmpty()) {
      int k = second.get(0).k();
      panel(
          start,
          second,
          "granularity G: G·%d experts, G·%d choices".formatted(second.get(0).experts(), k),
          point -> "" + point.k() / k);
    }
    return svg.append("</svg>\n").toString();
  }

  private static int width(List<ScalingPoint> points) {
    return 2 * MARGIN + (points.size() - 1) * STEP;
  }

  private void panel(
      int left, List<ScalingPoint> points, String title, Function<ScalingPoint, String> label) {
    int right = left + width(points);
    for (int i = 0; low + i * tick < high + tick / 2; i++) {
      line(left, right, low + i * tick, "stroke=\"%s\" stroke-opacity=\"0.25\"".formatted(INK));
    }
    line(
        left,
        right,
        scaling.dense().spread().mean(),
        "stroke=\"%s\" stroke-dasharray=\"5 4\"".formatted(INK));
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < points.size(); i++) {
      ScalingPoint point = points.get(i);
      int x = left + MARGIN + i * STEP;
      path.append(String.format(Locale.ROOT, " %d,%.1f", x, y(point.spread().mean())));
      point.bits().values().stream()
          .sorted()
          .forEach(bits -> add(
              "<circle cx=\"%d\" cy=\"%.1f\" r=\"3\" fill=\"%s\" fill-opacity=\"0.6\"/>",
              x, y(bits), LINE));
      add(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x, TOP + HEIGHT + 16, label.apply(point));
    }
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>",
        path.toString().strip(), LINE);
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        (left + right) / 2, TOP + HEIGHT + 36, title);
  }

  private void line(int left, int right, double value, String style) {
    add("<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%2$.1f\" %4$s/>", left, y(value), right, style);
  }

  private double y(double value) {
    return TOP + HEIGHT * (high - value) / (high - low);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
