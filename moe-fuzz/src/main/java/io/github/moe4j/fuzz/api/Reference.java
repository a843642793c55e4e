package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import java.util.Optional;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What experts must compute, as plain loops over the numbers that their parameters have now. */
interface Reference {
  /**
   * y of one token [D] by one expert.
   *
   * @param x [D]. Not modified.
   */
  double[] apply(int expert, double[] x);

  /** The networks with a naive backward; empty if only outputs are compared. */
  default Optional<NaiveMoe> network() {
    return Optional.empty();
  }

  /** Plain or gated networks of one activation. */
  static Supplier<Reference> networks(NamedArrays parameters, Activation activation) {
    return () -> {
      NaiveMoe naive = NaiveMoe.of(parameters, activation);
      int experts = (int) parameters.get("up.weight").size(0);
      return new Reference() {
        @Override
        public double[] apply(int expert, double[] x) {
          Assignments one =
              Assignments.of(1, experts, new int[] {0}, new int[] {expert}, new double[] {1});
          return naive.forward(new double[][] {x}, one)[0];
        }

        @Override
        public Optional<NaiveMoe> network() {
          return Optional.of(naive);
        }
      };
    };
  }

  /** Gated networks whose combination is {@code (clamp(u) + 1)·g·sigmoid(1.702·g)}, both bounded by 7. */
  static Supplier<Reference> clamped(NamedArrays parameters) {
    return () -> (expert, x) -> {
      double[] gate = linear(parameters, "gate", expert, x);
      double[] up = linear(parameters, "up", expert, x);
      double[] hidden = new double[gate.length];
      for (int i = 0; i < hidden.length; i++) {
        double g = Math.min(gate[i], 7);
        double u = Math.max(-7, Math.min(up[i], 7));
        hidden[i] = (u + 1) * g / (1 + Math.exp(-1.702 * g));
      }
      return linear(parameters, "down", expert, hidden);
    };
  }

  /** {@code a1·x + a2·v}, with the softmax of two numbers per token. */
  static Supplier<Reference> constants(NamedArrays parameters) {
    return () -> (expert, x) -> {
      INDArray gate = parameters.get("gate.weight");
      INDArray constant = parameters.get("constant");
      double first = 0;
      double second = 0;
      for (int d = 0; d < x.length; d++) {
        first += x[d] * gate.getDouble(expert, 0, d);
        second += x[d] * gate.getDouble(expert, 1, d);
      }
      double a1 = 1 / (1 + Math.exp(second - first));
      double[] y = new double[x.length];
      for (int d = 0; d < y.length; d++) {
        y[d] = a1 * x[d] + (1 - a1) * constant.getDouble(expert, d);
      }
      return y;
    };
  }

  /** W·x, and the bias if there is one. */
  private static double[] linear(NamedArrays parameters, String name, int expert, double[] x) {
    INDArray weight = parameters.get(name + ".weight");
    double[] all = Near.values(weight);
    int out = (int) weight.size(1);
    double[] y = new double[out];
    for (int o = 0; o < out; o++) {
      y[o] = parameters.names().contains(name + ".bias")
          ? parameters.get(name + ".bias").getDouble(expert, o)
          : 0;
      for (int i = 0; i < x.length; i++) {
        y[o] += all[(expert * out + o) * x.length + i] * x[i];
      }
    }
    return y;
  }
}
