package io.github.moe4j.core;

import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowVector;
import io.github.moe4j.core.internal.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The two operations of a Mixture-of-Experts layer and their backward: dispatch copies token rows to
 * experts, combine adds weighted expert rows to tokens. Sums run in the order of a token's
 * assignments, so results do not depend on threads.
 */
public final class Dispatcher {
  private static final int GRAIN_ELEMENTS = 32_768;

  private Dispatcher() {}

  /**
   * {@code xR[r] = x[token(r)]}.
   *
   * @param x [T,D], contiguous. Not modified.
   * @param xR [R,D] of the same type, contiguous. Modified: overwritten.
   */
  public static void dispatch(DispatchPlan plan, INDArray x, INDArray xR) {
    requireFits(plan, "x", x, "xR", xR);
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
   * {@code dyR[r] = dy[token(r)]}, and 0 for filler rows: the backward of {@link
   * #combineUnweighted}.
   *
   * @param dy [T,D]. Not modified.
   * @param dyR [R,D]. Modified.
   */
  static void combineUnweightedBackward(DispatchPlan plan, INDArray dy, INDArray dyR) {
    copyRows(plan, dy, plan::presence, dyR);
  }

  /** The factor of a row. */
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
      RowVector row = RowVector.like(source);
      for (int r = from; r < to; r++) {
        double weight = factor.of(r);
        if (weight == 1) {
          source.copy(plan.token(r), target, r);
        } else {
          row.read(source, plan.token(r));
          row.scale(weight);
          row.write(target, r);
        }
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
   * @param yR [R,D], contiguous. Not modified.
   * @param y [T,D] of the same type, contiguous. Modified: the result is added.
   */
  public static void combine(DispatchPlan plan, INDArray yR, INDArray y) {
    requireFits(plan, "y", y, "yR", yR);
    addRows(plan, yR, plan::weight, y);
  }

  /**
   * {@code y[t] += Σ yR[r]} over the rows of t, without filler rows.
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
      RowVector row = RowVector.like(source);
      RowVector total = RowVector.like(source);
      for (int t = from; t < to; t++) {
        int count = plan.rowsOf(t);
        if (count == 0) {
          continue;
        }
        total.read(target, t);
        for (int c = 0; c < count; c++) {
          int r = plan.row(t, c);
          row.read(source, r);
          total.addScaled(factor.of(r), row);
        }
        total.write(target, t);
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
      RowVector gradient = RowVector.like(upstream);
      RowVector row = RowVector.like(upstream);
      for (int r = from; r < to; r++) {
        gradient.read(upstream, plan.token(r));
        row.read(outputs, r);
        dWeights[plan.assignment(r)] = gradient.dot(row);
        gradient.scale(plan.weight(r));
        gradient.write(target, r);
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
      RowVector token = RowVector.like(tokens);
      RowVector gradient = RowVector.like(tokens);
      for (int r = from; r < to; r++) {
        token.read(tokens, plan.token(r));
        gradient.read(gradients, r);
        dWeights[plan.assignment(r)] += token.dot(gradient);
      }
    });
  }

  private static void requireFits(
      DispatchPlan plan, String tokens, INDArray ofTokens, String rows, INDArray ofRows) {
    Require.shape(tokens, ofTokens, plan.tokens(), -1);
    Require.shape(rows, ofRows, plan.rows(), ofTokens.size(1));
    Require.type(rows, ofRows, ofTokens.dataType());
  }

  private static int grain(Rows rows) {
    return Math.max(1, GRAIN_ELEMENTS / rows.width());
  }
}
