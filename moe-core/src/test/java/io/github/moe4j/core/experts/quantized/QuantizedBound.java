package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.testkit.Near.values;

import io.github.moe4j.core.NamedArrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * y of SwiGLU experts in float64, and how far rounded weights may lead away from it.
 *
 * <p>With |δw| ≤ b(w) for each weight: a projection of x changes by at most {@code Σ|x|·b}. SiLU's slope is
 * at most 1.1, so h = silu(g)·u changes by at most {@code 1.1·δg·(|u| + δu) + |silu(g)|·δu}, and y by
 * {@code Σ δh·(|w| + b) + |h|·b}.
 *
 * @param y without rounding [R·D]
 * @param error bound, with room for float32 sums [R·D]
 */
record QuantizedBound(double[] y, double[] error) {
  private static final double SLOPE = 1.1;
  private static final double FLOAT_SUMS = 1e-5;

  /** Values and their bounds. */
  private record Vector(double[] values, double[] errors) {}

  /** How far each weight [E,out,in] may be from its rounded one. */
  static double[] ofWeights(INDArray weight, WeightFormat format) {
    double[] w = values(weight);
    double[] bounds = new double[w.length];
    int out = (int) weight.size(1);
    int in = (int) weight.size(2);
    for (int i = 0; i < w.length; i++) {
      // q·s is rounded to float32 once more, and s may be one rounding above what it should be.
      double size = Math.abs(w[i]);
      double more = 1 + 0x1p-22;
      bounds[i] = switch (format) {
        case FLOAT32 -> 0;
        case BFLOAT16 -> 0x1p-8 * size;
        case FLOAT16 -> Math.max(0x1p-11 * size, 0x1p-25);
        case INT8 -> {
          double most = most(w, out, in, i, 1, in);
          yield most / 254 * more + 0x1p-24 * most;
        }
        case FP8_E4M3 -> {
          double most = most(w, out, in, i, 128, 128);
          yield Math.max(0x1p-4 * size, most / 448 * 0x1p-10) * more + 0x1p-24 * 2 * size;
        }
        case MXFP4 -> {
          double most = most(w, out, in, i, 1, 32);
          double unit = most == 0 ? 0 : Math.scalb(1.0, Math.getExponent(most) - 2);
          yield Math.max(size, unit) / 4;
        }
      };
    }
    return bounds;
  }

  /** The largest absolute value in the block of some outputs and inputs with an element. */
  private static double most(double[] w, int out, int in, int at, int outputs, int inputs) {
    int expert = at / (out * in);
    int o = at / in % out / outputs * outputs;
    int d = at % in / inputs * inputs;
    double most = 0;
    for (int row = o; row < Math.min(out, o + outputs); row++) {
      for (int column = d; column < Math.min(in, d + inputs); column++) {
        most = Math.max(most, Math.abs(w[(expert * out + row) * in + column]));
      }
    }
    return most;
  }

  static QuantizedBound of(NamedArrays given, WeightFormat format, INDArray x, int[] load) {
    int width = (int) x.size(1);
    double[] tokens = values(x);
    double[] y = new double[tokens.length];
    double[] error = new double[tokens.length];
    int row = 0;
    for (int e = 0; e < load.length; e++) {
      for (int i = 0; i < load[e]; i++, row++) {
        double[] own = new double[width];
        System.arraycopy(tokens, row * width, own, 0, width);
        Vector token = new Vector(own, new double[width]);
        Vector g = project(given.get("gate.weight"), format, e, token);
        Vector u = project(given.get("up.weight"), format, e, token);
        Vector result = project(given.get("down.weight"), format, e, combine(g, u));
        for (int d = 0; d < width; d++) {
          y[row * width + d] = result.values[d];
          error[row * width + d] = result.errors[d] + FLOAT_SUMS * (1 + Math.abs(result.values[d]));
        }
      }
    }
    return new QuantizedBound(y, error);
  }

  private static Vector project(INDArray weight, WeightFormat format, int expert, Vector x) {
    int out = (int) weight.size(1);
    int in = (int) weight.size(2);
    double[] w = values(weight);
    double[] bounds = ofWeights(weight, format);
    Vector y = new Vector(new double[out], new double[out]);
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        int at = (expert * out + o) * in + i;
        y.values[o] += x.values[i] * w[at];
        y.errors[o] +=
            x.errors[i] * (Math.abs(w[at]) + bounds[at]) + Math.abs(x.values[i]) * bounds[at];
      }
    }
    return y;
  }

  private static Vector combine(Vector g, Vector u) {
    int n = g.values.length;
    Vector h = new Vector(new double[n], new double[n]);
    for (int i = 0; i < n; i++) {
      double silu = g.values[i] / (1 + Math.exp(-g.values[i]));
      h.values[i] = silu * u.values[i];
      h.errors[i] = SLOPE * g.errors[i] * (Math.abs(u.values[i]) + u.errors[i])
          + Math.abs(silu) * u.errors[i];
    }
    return h;
  }
}
