package io.github.moe4j.testkit;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.Activation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A naive reference of the experts of a layer: a loop over assignments in {@code double}, sharing
 * no code with the library, including the activations.
 */
public final class NaiveMoe {
  private final Activation activation;
  private final @Nullable Projection gate;
  private final Projection up;
  private final Projection down;

  private NaiveMoe(NamedArrays parameters, Activation activation) {
    this.activation = activation;
    this.gate = parameters.names().contains("gate.weight") ? projection(parameters, "gate") : null;
    this.up = projection(parameters, "up");
    this.down = projection(parameters, "down");
  }

  /**
   * The network with the given expert parameters; gated if there is a {@code gate}.
   *
   * @param parameters copied
   */
  public static NaiveMoe of(NamedArrays parameters, Activation activation) {
    return new NaiveMoe(parameters, activation);
  }

  /** Result of {@link #backward}: gradients of x [T][D], of the weights [N], of the parameters. */
  public record Backward(double[][] dx, double[] dWeights, Map<String, double[]> dParameters) {}

  /**
   * {@code y[t] = Σ weight·expert(x[t])} [T][D].
   *
   * @param x [T][D]. Not modified.
   */
  public double[][] forward(double[][] x, Assignments assignments) {
    double[][] y = new double[x.length][down.out()];
    for (int n = 0; n < assignments.size(); n++) {
      double[] output = new Pass(assignments.expert(n), x[assignments.token(n)]).y;
      add(y[assignments.token(n)], output, assignments.weight(n));
    }
    return y;
  }

  /**
   * The gradients of {@code Σ y·dy}.
   *
   * @param x [T][D]. Not modified.
   * @param dy [T][D]. Not modified.
   */
  public Backward backward(double[][] x, Assignments assignments, double[][] dy) {
    double[][] dx = new double[x.length][down.out()];
    double[] dWeights = new double[assignments.size()];
    Map<String, double[]> dParameters = new LinkedHashMap<>();
    if (gate != null) {
      gate.addZeros("gate", dParameters);
    }
    up.addZeros("up", dParameters);
    down.addZeros("down", dParameters);
    for (int n = 0; n < assignments.size(); n++) {
      int t = assignments.token(n);
      Pass pass = new Pass(assignments.expert(n), x[t]);
      for (int d = 0; d < dy[t].length; d++) {
        dWeights[n] += dy[t][d] * pass.y[d];
      }
      double[] dOutput = new double[dy[t].length];
      add(dOutput, dy[t], assignments.weight(n));
      pass.backward(dOutput, dx[t], dParameters);
    }
    return new Backward(dx, dWeights, dParameters);
  }

  /** One token through one expert. */
  private final class Pass {
    private final int e;
    private final double[] x;
    private final double[] g;
    private final double[] u;
    private final double[] h;
    private final double[] y;

    Pass(int e, double[] x) {
      this.e = e;
      this.x = x;
      this.u = up.apply(e, x);
      this.g = gate == null ? u : gate.apply(e, x);
      this.h = new double[u.length];
      for (int i = 0; i < h.length; i++) {
        h[i] = value(activation, g[i]) * (gate == null ? 1 : u[i]);
      }
      this.y = down.apply(e, h);
    }

    void backward(double[] dy, double[] dx, Map<String, double[]> dParameters) {
      double[] dh = new double[h.length];
      down.backward("down", e, h, dy, dh, dParameters);
      double[] dg = new double[h.length];
      double[] du = new double[h.length];
      for (int i = 0; i < h.length; i++) {
        dg[i] = dh[i] * slope(activation, g[i]) * (gate == null ? 1 : u[i]);
        du[i] = gate == null ? dg[i] : dh[i] * value(activation, g[i]);
      }
      up.backward("up", e, x, du, dx, dParameters);
      if (gate != null) {
        gate.backward("gate", e, x, dg, dx, dParameters);
      }
    }
  }

  /** A linear map of each expert: weight [E][out][in], bias [E][out]. */
  private record Projection(double[][][] weight, double @Nullable [][] bias) {
    int out() {
      return weight[0].length;
    }

    double[] apply(int e, double[] x) {
      double[] y = new double[out()];
      for (int o = 0; o < y.length; o++) {
        y[o] = bias == null ? 0 : bias[e][o];
        for (int i = 0; i < x.length; i++) {
          y[o] += weight[e][o][i] * x[i];
        }
      }
      return y;
    }

    void backward(
        String name, int e, double[] x, double[] dy, double[] dx, Map<String, double[]> sums) {
      double[] dWeight = sums.get(name + ".weight");
      double[] dBias = sums.get(name + ".bias");
      for (int o = 0; o < dy.length; o++) {
        for (int i = 0; i < x.length; i++) {
          dWeight[(e * dy.length + o) * x.length + i] += dy[o] * x[i];
          dx[i] += dy[o] * weight[e][o][i];
        }
        if (dBias != null) {
          dBias[e * dy.length + o] += dy[o];
        }
      }
    }

    void addZeros(String name, Map<String, double[]> sums) {
      sums.put(name + ".weight", new double[weight.length * out() * weight[0][0].length]);
      if (bias != null) {
        sums.put(name + ".bias", new double[weight.length * out()]);
      }
    }
  }

  private static Projection projection(NamedArrays parameters, String name) {
    INDArray array = parameters.get(name + ".weight");
    double[] flat = Near.values(array);
    int out = (int) array.size(1);
    int in = (int) array.size(2);
    double[][][] weight = new double[(int) array.size(0)][out][in];
    for (int i = 0; i < flat.length; i++) {
      weight[i / (out * in)][i / in % out][i % in] = flat[i];
    }
    if (!parameters.names().contains(name + ".bias")) {
      return new Projection(weight, null);
    }
    double[] flatBias = Near.values(parameters.get(name + ".bias"));
    double[][] bias = new double[weight.length][out];
    for (int i = 0; i < flatBias.length; i++) {
      bias[i / out][i % out] = flatBias[i];
    }
    return new Projection(weight, bias);
  }

  private static void add(double[] sum, double[] values, double factor) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * values[i];
    }
  }

  /** The activation, implemented independently. */
  public static double value(Activation activation, double x) {
    return switch (activation) {
      case RELU -> x > 0 ? x : 0;
      case SILU -> x * sigmoid(x);
      case GELU -> x * normalCdf(x);
      // tanh-GELU is x·sigmoid(2·inner), since (1 + tanh z)/2 = sigmoid(2z)
      case GELU_TANH -> x * sigmoid(2 * geluInner(x));
    };
  }

  /** Its derivative, by the product rule. */
  static double slope(Activation activation, double x) {
    return switch (activation) {
      case RELU -> x > 0 ? 1 : 0;
      case SILU -> sigmoid(x) + x * sigmoidSlope(x);
      case GELU -> normalCdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
      case GELU_TANH ->
        sigmoid(2 * geluInner(x))
            + x
                * sigmoidSlope(2 * geluInner(x))
                * 2
                * Math.sqrt(2 / Math.PI)
                * (1 + 3 * 0.044715 * x * x);
    };
  }

  private static double geluInner(double x) {
    return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double sigmoidSlope(double x) {
    return sigmoid(x) * sigmoid(-x);
  }

  /**
   * {@code 1/2 + φ(x)·(x + x³/3 + x⁵/15 + …)}: Marsaglia's series, all terms of one sign. Beyond 12 the rest is below
   * 2e-33, and the sum and φ would soon leave the range of doubles.
   */
  private static double normalCdf(double x) {
    if (Math.abs(x) > 12) {
      return x > 0 ? 1 : 0;
    }
    double term = x;
    double sum = x;
    for (int i = 3; Math.abs(term) > 1e-18 * Math.abs(sum) && i < 1000; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
