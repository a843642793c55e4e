package io.github.moe4j.routing;

/** Rows divided by their Euclidean norms, as {@code torch.nn.functional.normalize} does. */
final class UnitRows {
  private static final double SMALLEST = 1e-12;

  private final double[] units;
  private final double[] norms;
  private final int width;

  private UnitRows(double[] units, double[] norms, int width) {
    this.units = units;
    this.norms = norms;
    this.width = width;
  }

  /**
   * Rows divided by their norms, or by 1e-12 if these are less.
   *
   * @param rows [n·width]. Modified: kept and overwritten.
   */
  static UnitRows of(double[] rows, int width) {
    double[] norms = new double[rows.length / width];
    for (int r = 0; r < norms.length; r++) {
      norms[r] = norm(rows, r * width, width);
      // What is not finite stays as it is: the scores made from it are refused, and show it.
      double divisor = Double.isFinite(norms[r]) ? Math.max(SMALLEST, norms[r]) : 1;
      for (int i = r * width; i < (r + 1) * width; i++) {
        rows[i] /= divisor;
      }
    }
    return new UnitRows(rows, norms, width);
  }

  private static double norm(double[] rows, int from, int width) {
    double sum = 0;
    for (int i = from; i < from + width; i++) {
      sum += rows[i] * rows[i];
    }
    return sum < Double.POSITIVE_INFINITY ? Math.sqrt(sum) : normOfLarge(rows, from, width);
  }

  /** The norm of numbers whose squares overflow. */
  private static double normOfLarge(double[] rows, int from, int width) {
    double largest = 0;
    for (int i = from; i < from + width; i++) {
      largest = Math.max(largest, Math.abs(rows[i]));
    }
    double sum = 0;
    for (int i = from; i < from + width; i++) {
      double share = rows[i] / largest;
      sum += share * share;
    }
    return largest * Math.sqrt(sum);
  }

  /** The product of a row of this and one of another. */
  double dot(int row, UnitRows other, int otherRow) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += units[row * width + i] * other.units[otherRow * width + i];
    }
    return sum;
  }

  /**
   * Adds a multiple of a row to a row of another array.
   *
   * @param target [n·width]. Modified.
   */
  void addRow(int row, double factor, double[] target, int targetRow) {
    for (int i = 0; i < width; i++) {
      target[targetRow * width + i] += factor * units[row * width + i];
    }
  }

  /**
   * Pulls a gradient of the unit rows back to the rows: {@code (du − u·(u·du))/norm}, and {@code
   * du/1e-12} where the norm was less.
   *
   * @param dUnits [n·width]. Modified: returned with the result.
   */
  double[] backward(double[] dUnits) {
    for (int r = 0; r < norms.length; r++) {
      boolean clamped = norms[r] < SMALLEST;
      double dot = 0;
      for (int i = r * width; !clamped && i < (r + 1) * width; i++) {
        dot += units[i] * dUnits[i];
      }
      for (int i = r * width; i < (r + 1) * width; i++) {
        dUnits[i] = (dUnits[i] - units[i] * dot) / Math.max(SMALLEST, norms[r]);
      }
    }
    return dUnits;
  }
}
