package io.github.moe4j.core.soft;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.soft.SoftMoeOptions.PaddedOutput;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import java.util.Arrays;

/** Soft MoE as its formulas read: loops over tokens and slots in {@code double}. */
final class NaiveSoftMoe {
  private final NamedArrays parameters;
  private final SoftMoeOptions options;
  private final NaiveMoe experts;
  private final int slots;
  private final int perExpert;
  private final int expertCount;
  private final int width;

  private NaiveSoftMoe(NamedArrays parameters, SoftMoeOptions options, Activation activation) {
    this.parameters = parameters;
    this.options = options;
    this.expertCount = (int) parameters.get("slots").size(0);
    this.perExpert = (int) parameters.get("slots").size(1);
    this.width = (int) parameters.get("slots").size(2);
    this.slots = expertCount * perExpert;
    NamedArrays.Builder own = NamedArrays.builder();
    parameters.forEach((name, array) -> {
      if (name.startsWith("experts.")) {
        own.add(name.substring("experts.".length()), array);
      }
    });
    this.experts = NaiveMoe.of(own.build(), activation);
  }

  static NaiveSoftMoe of(NamedArrays parameters, SoftMoeOptions options, Activation activation) {
    return new NaiveSoftMoe(parameters, options, activation);
  }

  /** Outputs [T][D]. */
  double[][] forward(TokenBatch input) {
    double[][] x = Near.matrix(input.x());
    double[][] y = new double[x.length][width];
    int length = input.sequenceLength();
    for (int from = 0; from < x.length; from += length) {
      sequence(x, y, from, from + length, input.mask());
    }
    return y;
  }

  private void sequence(double[][] x, double[][] y, int from, int to, TokenMask mask) {
    double[][] normal = new double[x.length][];
    double[][] logits = new double[x.length][slots];
    double[] keys = Near.values(parameters.get("slots"));
    boolean any = false;
    for (int t = from; t < to; t++) {
      if (!mask.valid(t)) {
        continue;
      }
      any = true;
      normal[t] = normalized(x[t], "norm.gamma", 1);
      for (int p = 0; p < slots; p++) {
        double[] key = normalized(
            Arrays.copyOfRange(keys, p * width, (p + 1) * width), "slotNorm.gamma", scale());
        for (int d = 0; d < width; d++) {
          logits[t][p] += normal[t][d] * key[d];
        }
      }
    }
    if (!any) {
      return;
    }
    boolean raw = options.normalization() == SlotNormalization.L2_SCALED;
    double[][] outputs = new double[slots][];
    for (int p = 0; p < slots; p++) {
      double sum = 0;
      double[] input = new double[width];
      for (int t = from; t < to; t++) {
        if (mask.valid(t)) {
          double weight = Math.exp(logits[t][p]);
          sum += weight;
          for (int d = 0; d < width; d++) {
            input[d] += weight * (raw ? x[t][d] : normal[t][d]);
          }
        }
      }
      for (int d = 0; d < width; d++) {
        input[d] /= sum;
      }
      Assignments own =
          Assignments.of(1, expertCount, new int[1], new int[] {p / perExpert}, new double[] {1});
      outputs[p] = experts.forward(new double[][] {input}, own)[0];
    }
    for (int t = from; t < to; t++) {
      if (mask.valid(t) || options.paddedOutput() == PaddedOutput.UNIFORM) {
        // the logits of padding are zero here: equal weights
        double sum = 0;
        for (int p = 0; p < slots; p++) {
          sum += Math.exp(logits[t][p]);
        }
        for (int p = 0; p < slots; p++) {
          for (int d = 0; d < width; d++) {
            y[t][d] += Math.exp(logits[t][p]) / sum * outputs[p][d];
          }
        }
      }
    }
  }

  private double scale() {
    return options.normalization() == SlotNormalization.L2_SCALED
        ? parameters.get("scale").getDouble(0)
        : 1;
  }

  private double[] normalized(double[] row, String gamma, double scale) {
    double sum = 0;
    double squares = 0;
    for (double v : row) {
      sum += v;
      squares += v * v;
    }
    double[] result = row.clone();
    double mean = sum / width;
    for (int d = 0; d < width; d++) {
      result[d] = switch (options.normalization()) {
        case NONE -> row[d];
        case L2_SCALED -> scale * row[d] / Math.sqrt(squares + 1e-6);
        case RMS ->
          row[d]
              / Math.max(Math.sqrt(squares), 1e-12)
              * Math.sqrt(width)
              * parameters.get(gamma).getDouble(d);
        case LAYER_NORM ->
          (row[d] - mean)
              / Math.sqrt(squares / width - mean * mean + 1e-5)
              * parameters.get(gamma).getDouble(d);
      };
    }
    return result;
  }
}
