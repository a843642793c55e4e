package io.github.moe4j.core;

import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The two verbs of a Mixture-of-Experts layer and their backward: dispatch copies token rows to
 * experts, combine adds weighted expert rows to tokens. Sums run in the order of a token's
 * assignments, so results do not depend on threads.
 */
final class Dispatcher {
  private static final int GRAIN_ELEMENTS = 32_768;

  private Dispatcher() {}

  /**
   * {@code xR[r] = x[token(r)]}.
   *
   * @param x [T,D]. Not modified.
   * @param xR [R,D]. Modified.
   */
  static void dispatch(DispatchPlan plan, INDArray x, INDArray xR) {
    copyRows(plan, x, row -> 1, xR);
  }

  /**
   * {@code xR[r] = weight(r)·x[token(r)]}.
   *
   * @param x [T,D]. Not modified.
   * @param xR [R,D]. Modified.
   */
  static void dispatchWeighted(DispatchPlan plan, INDArray x, INDArray xR) {
    copyRows(plan, x, plan::weight, xR);
  }

  /**
   * {@code dyR[r] = dy[token(r)]}, and 0 for rows that only fill up experts: the backward of {@link
   * #combineUnweighted}.
   *
   * @param dy [T,D]. Not modified.
   * @param dyR [R,D]. Modified.
   */
  static void combineUnweightedBackward(DispatchPlan plan, INDArray dy, INDArray dyR) {
    copyRows(plan, dy, plan::presence, dyR);
  }

  /** What a row is multiplied by. */
  @FunctionalInterface
  private interface Factor {
    double of(int row);
  }

  private static void copyRows(DispatchPlan plan, INDArray x, Factor factor, INDArray xR) {
    if (plan.rows() == 0) {
      return;
    }
    Rows source = Rows.of(x);
    Rows target = Rows.of(xR);
    Parallel.ranges(plan.rows(), grain(source), (from, to) -> {
      Rows in = source.fork();
      Rows out = target.fork();
      double[] row = new double[in.width()];
      for (int r = from; r < to; r++) {
        in.read(plan.token(r), row);
        double weight = factor.of(r);
        for (int d = 0; d < row.length && weight != 1; d++) {
          row[d] *= weight;
        }
        out.write(r, row);
      }
    });
  }

  /**
   * {@code dx[t] += Σ dxR[r]} over the rows of t: the backward of dispatch.
   *
   * @param dxR [R,D]. Not modified.
   * @param dx [T,D]. Modified: the result is added.
   */
  static void dispatchBackward(DispatchPlan plan, INDArray dxR, INDArray dx) {
    addRows(plan, dxR, row -> 1, dx);
  }

  /**
   * {@code y[t] += Σ weight(r)·yR[r]} over the rows of t.
   *
   * @param yR [R,D]. Not modified.
   * @param y [T,D]. Modified: the result is added.
   */
  static void combine(DispatchPlan plan, INDArray yR, INDArray y) {
    addRows(plan, yR, plan::weight, y);
  }

  /**
   * {@code y[t] += Σ yR[r]} over the rows of t, without those that only fill up experts.
   *
   * @param yR [R,D]. Not modified.
   * @param y [T,D]. Modified: the result is added.
   */
  static void combineUnweighted(DispatchPlan plan, INDArray yR, INDArray y) {
    addRows(plan, yR, plan::presence, y);
  }

  private static void addRows(DispatchPlan plan, INDArray rows, Factor factor, INDArray sum) {
    if (plan.rows() == 0) {
      return;
    }
    Rows source = Rows.of(rows);
    Rows target = Rows.of(sum);
    Parallel.ranges(plan.tokens(), grain(source), (from, to) -> {
      Rows in = source.fork();
      Rows out = target.fork();
      double[] row = new double[in.width()];
      double[] total = new double[in.width()];
      for (int t = from; t < to; t++) {
        int count = plan.rowsOf(t);
        if (count == 0) {
          continue;
        }
        out.read(t, total);
        for (int c = 0; c < count; c++) {
          int r = plan.row(t, c);
          in.read(r, row);
          double weight = factor.of(r);
          for (int d = 0; d < row.length; d++) {
            total[d] += weight * row[d];
          }
        }
        out.write(t, total);
      }
    });
  }

  /**
   * The backward of combine: {@code dyR[r] = weight(r)·dy[token(r)]} and the gradient of each
   * weight, {@code dy[token(r)]·yR[r]}.
   *
   * @param dy [T,D]. Not modified.
   * @param yR [R,D]. Not modified.
   * @param dyR [R,D]. Modified.
   * @return gradient of the weights, by assignment [R]
   */
  static double[] combineBackward(DispatchPlan plan, INDArray dy, INDArray yR, INDArray dyR) {
    double[] dWeights = new double[plan.rows()];
    if (plan.rows() == 0) {
      return dWeights;
    }
    Rows upstream = Rows.of(dy);
    Rows outputs = Rows.of(yR);
    Rows target = Rows.of(dyR);
    Parallel.ranges(plan.rows(), grain(outputs), (from, to) -> {
      Rows in = upstream.fork();
      Rows own = outputs.fork();
      Rows out = target.fork();
      double[] gradient = new double[in.width()];
      double[] row = new double[in.width()];
      for (int r = from; r < to; r++) {
        in.read(plan.token(r), gradient);
        own.read(r, row);
        double weight = plan.weight(r);
        double dot = 0;
        for (int d = 0; d < row.length; d++) {
          dot += gradient[d] * row[d];
          gradient[d] *= weight;
        }
        out.write(r, gradient);
        dWeights[plan.assignment(r)] = dot;
      }
    });
    return dWeights;
  }

  /**
   * The gradient of each weight that dispatch multiplied in, {@code x[token(r)]·dxR[r]}.
   *
   * @param x [T,D]. Not modified.
   * @param dxR gradient of the weighted rows [R,D]. Not modified.
   * @param dWeights by assignment [R]. Modified: the result is added.
   */
  static void addWeightGradients(DispatchPlan plan, INDArray x, INDArray dxR, double[] dWeights) {
    if (plan.rows() == 0) {
      return;
    }
    Rows tokens = Rows.of(x);
    Rows gradients = Rows.of(dxR);
    Parallel.ranges(plan.rows(), grain(tokens), (from, to) -> {
      Rows in = tokens.fork();
      Rows upstream = gradients.fork();
      double[] token = new double[in.width()];
      double[] gradient = new double[in.width()];
      for (int r = from; r < to; r++) {
        in.read(plan.token(r), token);
        upstream.read(r, gradient);
        double dot = 0;
        for (int d = 0; d < token.length; d++) {
          dot += token[d] * gradient[d];
        }
        dWeights[plan.assignment(r)] += dot;
      }
    });
  }

  private static int grain(Rows rows) {
    return Math.max(1, GRAIN_ELEMENTS / rows.width());
  }
}
