package io.github.moe4j.core.soft;

/** The normalization of tokens and slots before {@link SoftMoe} computes logits. */
public enum SlotNormalization {
  /** Nothing: the form of the paper's algorithm 1. */
  NONE {
    @Override
    Measure measure(double[] row) {
      return new Measure(0, 1, 0, false);
    }
  },
  /**
   * {@code x/√(Σx² + 1e-6)}, the slots' product with one learned scale that starts at 1 (paper,
   * section 2.3; vmoe {@code projects/soft_moe/router.py}). The slots mix the tokens as they are.
   */
  L2_SCALED {
    @Override
    Measure measure(double[] row) {
      return new Measure(0, 1 / Math.sqrt(sumOfSquares(row, 0) + 1e-6), 1, false);
    }
  },
  /**
   * {@code x/max(‖x‖, 1e-12)·√D·gamma}, with a gamma for tokens and one for slots, which start at 1
   * (lucidrains/soft-moe-pytorch {@code RMSNorm}). The slots mix the normalized tokens.
   */
  RMS {
    @Override
    Measure measure(double[] row) {
      double norm = Math.sqrt(sumOfSquares(row, 0));
      double pull = norm > SMALLEST_NORM ? 1.0 / row.length : 0;
      double inverse = Math.sqrt(row.length) / Math.max(norm, SMALLEST_NORM);
      return new Measure(0, inverse, pull, false);
    }
  },
  /**
   * {@code (x − mean)/√(variance + 1e-5)·gamma} with the population variance, without bias, with a
   * gamma for tokens and one for slots, which start at 1 (lucidrains/soft-moe-pytorch {@code
   * LayerNorm}). The slots mix the normalized tokens.
   */
  LAYER_NORM {
    @Override
    Measure measure(double[] row) {
      double mean = 0;
      for (double v : row) {
        mean += v;
      }
      mean /= row.length;
      double variance = sumOfSquares(row, mean) / row.length;
      return new Measure(mean, 1 / Math.sqrt(variance + 1e-5), 1.0 / row.length, true);
    }
  };

  private static final double SMALLEST_NORM = 1e-12;

  /** Whether tokens and slots are multiplied by a learned number a column. */
  boolean hasGamma() {
    return this == RMS || this == LAYER_NORM;
  }

  /** Whether the slots mix the tokens as they are rather than normalized. */
  boolean mixesRawTokens() {
    return this == L2_SCALED;
  }

  /** Measures a row [D]. Not modified. */
  abstract Measure measure(double[] row);

  private static double sumOfSquares(double[] row, double mean) {
    double sum = 0;
    for (double v : row) {
      sum += (v - mean) * (v - mean);
    }
    return sum;
  }

  /**
   * How a row is normalized: {@code n = (x − mean)·inverse}.
   *
   * @param mean taken off
   * @param inverse of the row's size
   * @param pull of the size on the gradient: with g that of n, {@code dx = inverse·(g − n·pull·Σg·n)}
   * @param centred whether the mean is that of the row, so that the mean of g is taken off too
   */
  record Measure(double mean, double inverse, double pull, boolean centred) {}
}
