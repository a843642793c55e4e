package io.github.moe4j.core;

import org.apache.commons.numbers.gamma.Erf;

/** Activation functions of expert networks, with their exact derivatives. */
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
      return x * normalCdf(x);
    }

    @Override
    double slope(double x) {
      return normalCdf(x) + x * StrictMath.exp(-0.5 * x * x) / SQRT_2_PI;
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
      return x / (1 + StrictMath.exp(-x));
    }

    @Override
    double slope(double x) {
      double sigmoid = 1 / (1 + StrictMath.exp(-x));
      return sigmoid * (1 + x * (1 - sigmoid));
    }

    @Override
    void valueAndSlope(double x, double[] pair) {
      double sigmoid = 1 / (1 + StrictMath.exp(-x));
      pair[0] = x * sigmoid;
      pair[1] = sigmoid * (1 + x * (1 - sigmoid));
    }
  };

  private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);
  private static final double CUBIC = 0.044715;

  private static double normalCdf(double x) {
    return 0.5 * (1 + Erf.value(x / Math.sqrt(2)));
  }

  /** The value at {@code x}. */
  abstract double value(double x);

  /** The derivative at {@code x}. */
  abstract double slope(double x);

  /** Both at {@code x}; an activation overrides it where they share an exponential. */
  void valueAndSlope(double x, double[] pair) {
    pair[0] = value(x);
    pair[1] = slope(x);
  }
}
