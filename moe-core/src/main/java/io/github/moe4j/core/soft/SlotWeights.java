package io.github.moe4j.core.soft;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Softmax;
import io.github.moe4j.core.soft.SoftMoeOptions.PaddedOutput;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The two softmaxes of Soft MoE over logits [T,P], P slots: dispatch weights sum to 1 over the real
 * tokens of a sequence for each slot, combine weights over the slots for each real token. Sequences
 * are independent and run in parallel; sums within one run in the order of tokens.
 */
final class SlotWeights {
  private static final int GRAIN_ELEMENTS = 4096;

  private final TokenMask mask;
  private final int length;
  private final INDArray dispatch;
  private final INDArray combine;

  /**
   * Computes the weights.
   *
   * @param logits [T,P]; those of padding may hold anything. Not modified.
   * @param input mask and sequences
   */
  SlotWeights(INDArray logits, TokenBatch input, PaddedOutput padded, Arena.Scope scope) {
    this.mask = input.mask();
    this.length = input.sequenceLength();
    this.dispatch = scope.take(logits.dataType(), logits.shape());
    this.combine = scope.take(logits.dataType(), logits.shape());
    forSequences(logits, (from, to) -> {
      dispatchSequence(Rows.of(logits), Rows.of(dispatch), from, to);
      combineSequence(Rows.of(logits), Rows.of(combine), from, to, padded);
    });
  }

  private void forSequences(INDArray logits, Parallel.Range sequence) {
    if (logits.isEmpty()) {
      return;
    }
    int sequences = mask.tokens() / length;
    long elements = logits.length() / sequences;
    Parallel.ranges(sequences, (int) Math.max(1, GRAIN_ELEMENTS / elements), (first, last) -> {
      for (int b = first; b < last; b++) {
        sequence.run(b * length, (b + 1) * length);
      }
    });
  }

  /** Dispatch weights [T,P]; rows of padding are zero. */
  INDArray dispatch() {
    return dispatch;
  }

  /** Combine weights [T,P]. */
  INDArray combine() {
    return combine;
  }

  private void dispatchSequence(Rows logits, Rows target, int from, int to) {
    double[] row = new double[logits.width()];
    double[] max = new double[row.length];
    Arrays.fill(max, Double.NEGATIVE_INFINITY);
    for (int t = from; t < to; t++) {
      if (mask.valid(t)) {
        logits.read(t, row);
        for (int p = 0; p < row.length; p++) {
          requireFinite(row[p], t, p);
          max[p] = Math.max(max[p], row[p]);
        }
      }
    }
    double[] sum = new double[row.length];
    for (int t = from; t < to; t++) {
      if (mask.valid(t)) {
        logits.read(t, row);
        for (int p = 0; p < row.length; p++) {
          row[p] = Exp.exp(row[p] - max[p]);
          sum[p] += row[p];
        }
        target.write(t, row);
      }
    }
    for (int t = from; t < to; t++) {
      if (mask.valid(t)) {
        target.read(t, row);
        for (int p = 0; p < row.length; p++) {
          row[p] /= sum[p];
        }
      } else {
        Arrays.fill(row, 0);
      }
      target.write(t, row);
    }
  }

  private static void requireFinite(double logit, int token, int slot) {
    if (!Double.isFinite(logit)) {
      Require.that(
          false, "logit of token %d and slot %d must be finite but was %s", token, slot, logit);
    }
  }

  private void combineSequence(Rows logits, Rows target, int from, int to, PaddedOutput padded) {
    double[] row = new double[logits.width()];
    boolean uniform = padded == PaddedOutput.UNIFORM && mask.validTokens(from, to) > 0;
    for (int t = from; t < to; t++) {
      if (mask.valid(t)) {
        logits.read(t, row);
        Softmax.apply(row, 0, row.length);
      } else {
        Arrays.fill(row, uniform ? 1.0 / row.length : 0);
      }
      target.write(t, row);
    }
  }

  /**
   * Runs the backward pass for both kinds of weights.
   *
   * @param dDispatch [T,P]. Not modified.
   * @param dCombine [T,P]. Not modified.
   * @param dLogits [T,P]. Modified: overwritten; zero for padding.
   */
  void backward(INDArray dDispatch, INDArray dCombine, INDArray dLogits) {
    forSequences(dLogits, (from, to) -> {
      Rows rows = Rows.of(dispatch);
      Rows dRows = Rows.of(dDispatch);
      double[] dots = columnDots(rows, dRows, from, to);
      double[] weight = new double[dots.length];
      double[] gradient = new double[dots.length];
      double[] sum = new double[dots.length];
      Rows combines = Rows.of(combine);
      Rows dCombines = Rows.of(dCombine);
      Rows target = Rows.of(dLogits);
      for (int t = from; t < to; t++) {
        Arrays.fill(sum, 0);
        if (mask.valid(t)) {
          read(rows, dRows, t, weight, gradient);
          for (int p = 0; p < sum.length; p++) {
            sum[p] = weight[p] * (gradient[p] - dots[p]);
          }
          read(combines, dCombines, t, weight, gradient);
          Softmax.backward(weight, gradient, 0, sum.length, sum);
        }
        target.write(t, sum);
      }
    });
  }

  private static void read(Rows a, Rows b, int row, double[] intoA, double[] intoB) {
    a.read(row, intoA);
    b.read(row, intoB);
  }

  /** {@code Σ_t weight·gradient} for each slot over the real tokens of a sequence. */
  private double[] columnDots(Rows weights, Rows gradients, int from, int to) {
    double[] weight = new double[weights.width()];
    double[] gradient = new double[weight.length];
    double[] dots = new double[weight.length];
    for (int t = from; t < to; t++) {
      if (mask.valid(t)) {
        read(weights, gradients, t, weight, gradient);
        for (int p = 0; p < dots.length; p++) {
          dots[p] += weight[p] * gradient[p];
        }
      }
    }
    return dots;
  }
}
