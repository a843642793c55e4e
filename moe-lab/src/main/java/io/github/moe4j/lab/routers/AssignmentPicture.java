package io.github.moe4j.lab.routers;

import java.util.Locale;

/**
 * A picture of the assignments: tokens as rows, experts as columns, the darker the larger the weight,
 * and the number of tokens of each expert below. SVG, readable on light and dark pages.
 */
public final class AssignmentPicture {
  private static final int CELL = 30;
  private static final int ROW = 20;
  private static final int LEFT = 46;
  private static final int TOP = 40;
  private static final String INK = "#6b7280";
  private static final String FILL = "#2563eb";

  private AssignmentPicture() {}

  /**
   * Draws the weights.
   *
   * @param title name of the router
   * @param weights a row for each token, a column for each expert; 0 is not assigned. Not modified.
   */
  public static String svg(String title, double[][] weights) {
    int tokens = weights.length;
    int experts = weights[0].length;
    int width = LEFT + experts * CELL + 10;
    int height = TOP + tokens * ROW + 36;
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"10\" fill=\"%s\" role=\"img\">",
        width,
        height,
        width,
        height,
        INK);
    add(svg, "<title>%s: %d tokens (rows), %d experts (columns)</title>", title, tokens, experts);
    add(
        svg,
        "<text x=\"%d\" y=\"14\" font-size=\"12\" font-weight=\"bold\">%s</text>",
        LEFT,
        title);
    double largest = largest(weights);
    for (int e = 0; e < experts; e++) {
      text(svg, LEFT + e * CELL + CELL / 2, TOP - 6, "middle", "e" + e);
      int load = 0;
      for (int t = 0; t < tokens; t++) {
        load += weights[t][e] != 0 ? 1 : 0;
        cell(svg, LEFT + e * CELL, TOP + t * ROW, weights[t][e], largest);
      }
      text(svg, LEFT + e * CELL + CELL / 2, TOP + tokens * ROW + 16, "middle", "" + load);
    }
    for (int t = 0; t < tokens; t++) {
      text(svg, LEFT - 6, TOP + t * ROW + 14, "end", "t" + t);
    }
    text(svg, LEFT - 6, TOP + tokens * ROW + 16, "end", "load");
    return svg.append("</svg>\n").toString();
  }

  private static double largest(double[][] weights) {
    double largest = 0;
    for (double[] row : weights) {
      for (double w : row) {
        largest = Math.max(largest, Math.abs(w));
      }
    }
    return largest;
  }

  private static void cell(StringBuilder svg, int x, int y, double weight, double largest) {
    add(
        svg,
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" fill-opacity=\"%s\""
            + " stroke=\"%s\" stroke-opacity=\"0.3\"/>",
        x,
        y,
        CELL,
        ROW,
        weight == 0 ? "none" : FILL,
        weight == 0 ? "1" : format(0.25 + 0.75 * Math.abs(weight) / largest),
        INK);
    if (weight != 0) {
      add(
          svg,
          "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">%s</text>",
          x + CELL / 2,
          y + 14,
          Math.abs(weight) > 0.4 * largest ? "#ffffff" : INK,
          format(weight));
    }
  }

  private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
    add(svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
  }

  private static String format(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
