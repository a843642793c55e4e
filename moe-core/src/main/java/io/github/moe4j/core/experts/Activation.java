package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.FastSigmoid;
import io.github.moe4j.core.internal.NormalDistribution;

/**
 * Activation functions of expert networks, with their exact derivatives.
 *
 * <p>SiLU of float32 rows is computed in float32, many values at once; below −30, where it is
 * −3e-12, it counts as there.
 */
public enum Activation {
  /** {@code max(0, x)}; derivative 0 at 0. */
  RELU {
    @Override
    double value(double x) {
      return Math.max(0, x);
    }

    @Override
    double slope(double x) {
      return x > 0 ? 1 : 0;
    }
  },
  /** {@code x·Φ(x)} with the exact normal distribution function, {@code (1 + erf(x/√2))/2}. */
  GELU {
    @Override
    double value(double x) {
      return x * NormalDistribution.cdf(x);
    }

    @Override
    double slope(double x) {
      return NormalDistribution.cdf(x) + x * NormalDistribution.density(x);
    }
  },
  /** {@code x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))} (arXiv 1606.08415, section 2). */
  GELU_TANH {
    @Override
    double value(double x) {
      return 0.5 * x * (1 + StrictMath.tanh(inner(x)));
    }

    @Override
    double slope(double x) {
      double tanh = StrictMath.tanh(inner(x));
      double dInner = 2 / SQRT_2_PI * (1 + 3 * CUBIC * x * x);
      return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * dInner;
    }

    private double inner(double x) {
      return 2 / SQRT_2_PI * (x + CUBIC * x * x * x);
    }
  },
  /** {@code x·sigmoid(x)}, also called swish. */
  SILU {
    @Override
    double value(double x) {
      return x / (1 + Exp.exp(-x));
    }

    @Override
    double slope(double x) {
      double sigmoid = Exp.sigmoid(x);
      return sigmoid * (1 + x * (1 - sigmoid));
    }

    @Override
    void valuesAndSlopes(double[] x, double[] values, double[] slopes) {
      for (int i = 0; i < x.length; i++) {
        double sigmoid = Exp.sigmoid(x[i]);
        values[i] = x[i] * sigmoid;
        slopes[i] = sigmoid * (1 + x[i] * (1 - sigmoid));
      }
    }

    @Override
    void values(float[] x, float[] values) {
      FastSigmoid.apply(x, values);
      for (int i = 0; i < values.length; i++) {
        values[i] *= Math.max(-FastSigmoid.LIMIT, x[i]);
      }
    }

    @Override
    void valuesAndSlopes(float[] x, float[] values, float[] slopes) {
      FastSigmoid.apply(x, slopes);
      for (int i = 0; i < values.length; i++) {
        float sigmoid = slopes[i];
        float clamped = Math.max(-FastSigmoid.LIMIT, x[i]);
        values[i] = clamped * sigmoid;
        slopes[i] = sigmoid * (1 + clamped * (1 - sigmoid));
      }
    }
  };

  private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);
  private static final double CUBIC = 0.044715;

  /** The value at {@code x}. */
  abstract double value(double x);

  /** The derivative at {@code x}. */
  abstract double slope(double x);

  /** The values at all {@code x}, which may be the target itself. */
  void values(double[] x, double[] values) {
    for (int i = 0; i < x.length; i++) {
      values[i] = value(x[i]);
    }
  }

  /** The values and derivatives at all {@code x}; overridden where they share an exponential. */
  void valuesAndSlopes(double[] x, double[] values, double[] slopes) {
    for (int i = 0; i < x.length; i++) {
      values[i] = value(x[i]);
      slopes[i] = slope(x[i]);
    }
  }

  /** The values at all float32 {@code x}, another array; computed in float64 unless overridden. */
  void values(float[] x, float[] values) {
    for (int i = 0; i < x.length; i++) {
      values[i] = (float) value(x[i]);
    }
  }

  /** The values and derivatives at all float32 {@code x}; values may be x itself. */
  void valuesAndSlopes(float[] x, float[] values, float[] slopes) {
    for (int i = 0; i < x.length; i++) {
      float at = x[i];
      values[i] = (float) value(at);
      slopes[i] = (float) slope(at);
    }
  }
}
