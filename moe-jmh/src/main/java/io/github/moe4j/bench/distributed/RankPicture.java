package io.github.moe4j.bench.distributed;

import java.util.List;
import java.util.Locale;

/**
 * Times of layers in one process and over ranks as bars, those over ranks divided into what the rank does by itself, exchange
 * and wait. SVG, readable on light and dark pages.
 */
final class RankPicture {
  private static final String INK = "#6b7280";
  private static final String ONE = "#9ca3af";
  private static final String OWN = "#2563eb";
  private static final String EXCHANGE = "#d97706";
  private static final String WAIT = "#dc2626";
  private static final int LEFT = 110;
  private static final int WIDTH = 480;
  private static final int BAR = 12;
  private static final int ROW = 40;

  private final StringBuilder svg = new StringBuilder();
  private final int ranks;
  private final List<RankedLayerTime> layers;

  private RankPicture(BenchResult result) {
    this.ranks = result.ranks();
    this.layers = result.layers();
  }

  /** Draws the layers of a result. */
  static String svg(BenchResult result) {
    return new RankPicture(result).draw();
  }

  private String draw() {
    int height = 40 + ROW * layers.size();
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%1$d\" height=\"%2$d\""
            + " font-family=\"sans-serif\" font-size=\"11\" fill=\"%s\" role=\"img\">",
        LEFT + WIDTH + 70, height, INK);
    add("<title>Times of layers in one process and over %d processes</title>", ranks);
    double x = LEFT;
    x = legend(x, ONE, "one process");
    x = legend(x, OWN, ranks + " processes: on the rank");
    x = legend(x, EXCHANGE, "exchange");
    legend(x, WAIT, "wait");
    for (int i = 0; i < layers.size(); i++) {
      layer(layers.get(i), 36 + i * ROW);
    }
    return svg.append("</svg>\n").toString();
  }

  private double legend(double x, String colour, String text) {
    add("<rect x=\"%.0f\" y=\"8\" width=\"10\" height=\"10\" fill=\"%s\"/>", x, colour);
    add("<text x=\"%.0f\" y=\"17\">%s</text>", x + 14, text);
    return x + 30 + 6.2 * text.length();
  }

  /** Both bars of a layer, the longer one as wide as the picture: layers differ too much for one scale. */
  private void layer(RankedLayerTime layer, int y) {
    double scale = WIDTH / Math.max(layer.oneProcessSeconds(), layer.seconds());
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s, %s</text>",
        LEFT - 8, y + BAR + 4, layer.shape().name(), layer.training() ? "training" : "forward");
    bar(LEFT, y, layer.oneProcessSeconds() * scale, ONE);
    label(y, layer.oneProcessSeconds(), scale);
    int below = y + BAR + 2;
    double own = layer.seconds() - layer.exchangeSeconds() - layer.waitSeconds();
    double x = bar(LEFT, below, own * scale, OWN);
    x = bar(x, below, layer.exchangeSeconds() * scale, EXCHANGE);
    bar(x, below, layer.waitSeconds() * scale, WAIT);
    label(below, layer.seconds(), scale);
  }

  private double bar(double x, int y, double width, String colour) {
    add(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
        x, y, Math.max(0, width), BAR, colour);
    return x + Math.max(0, width);
  }

  private void label(int y, double seconds, double scale) {
    add(
        "<text x=\"%.1f\" y=\"%d\">%.1f ms</text>",
        LEFT + seconds * scale + 5, y + BAR - 2, 1e3 * seconds);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
