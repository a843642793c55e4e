package io.github.moe4j.core;

import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.RowVector;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Zero;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The row operations between tokens [T,D] and the rows of experts [R,D], each row times a factor.
 * Sums run in the order of a token's assignments, so results do not depend on threads.
 */
final class TokenRows {
  private static final int GRAIN_ELEMENTS = 32_768;

  private TokenRows() {}

  /** The factor of a row. */
  @FunctionalInterface
  interface Factor {
    /** As it is. */
    Factor ONE = row -> 1;

    double of(int row);
  }

  /**
   * {@code rows[r] = factor(r)·tokens[token(r)]}.
   *
   * @param tokens [T,D], contiguous. Not modified.
   * @param rows [R,D], contiguous. Modified: overwritten.
   */
  static void copy(DispatchPlan plan, INDArray tokens, Factor factor, INDArray rows) {
    if (plan.rows() == 0) {
      return;
    }
    Rows source = Rows.of(tokens);
    Rows target = Rows.of(rows);
    Parallel.ranges(plan.rows(), grain(source), (from, to) -> {
      RowVector row = RowVector.like(source);
      for (int r = from; r < to; r++) {
        double f = factor.of(r);
        if (f == 1) {
          source.copy(plan.token(r), target, r);
        } else {
          row.read(source, plan.token(r));
          row.scale(f);
          row.write(target, r);
        }
      }
    });
  }

  /**
   * {@code tokens[t] = Σ factor(r)·rows[r]} over the rows of t, zero for a token without any.
   *
   * @param rows [R,D], contiguous. Not modified.
   * @param tokens [T,D], contiguous. Modified: overwritten.
   * @throws IllegalArgumentException if a sum is NaN or infinite; the message names token and expert
   */
  static void sum(DispatchPlan plan, INDArray rows, Factor factor, INDArray tokens) {
    if (plan.rows() == 0) {
      Zero.fill(tokens);
    } else {
      combine(plan, rows, factor, tokens, false);
    }
  }

  /**
   * {@code tokens[t] += Σ factor(r)·rows[r]} over the rows of t.
   *
   * @param rows [R,D], contiguous. Not modified.
   * @param tokens [T,D], contiguous. Modified: the result is added.
   */
  static void add(DispatchPlan plan, INDArray rows, Factor factor, INDArray tokens) {
    if (plan.rows() > 0) {
      combine(plan, rows, factor, tokens, true);
    }
  }

  private static void combine(
      DispatchPlan plan, INDArray rows, Factor factor, INDArray tokens, boolean add) {
    Rows source = Rows.of(rows);
    Rows target = Rows.of(tokens);
    Parallel.ranges(plan.tokens(), grain(source), (from, to) -> {
      RowVector row = RowVector.like(source);
      RowVector total = RowVector.like(source);
      for (int t = from; t < to; t++) {
        if (!add) {
          total.clear();
        } else if (plan.rowsOf(t) > 0) {
          total.read(target, t);
        } else {
          continue;
        }
        addRowsOf(t, plan, source, factor, row, total);
        if (!add && !total.isFinite()) {
          throw notFinite(t, plan, source, row);
        }
        total.write(target, t);
      }
    });
  }

  /** Says whose row is to blame; if none is, the sum is too large. */
  private static IllegalArgumentException notFinite(
      int t, DispatchPlan plan, Rows source, RowVector row) {
    for (int c = 0; c < plan.rowsOf(t); c++) {
      row.read(source, plan.row(t, c));
      if (!row.isFinite()) {
        return new IllegalArgumentException("outputs of experts must be finite but expert "
            + plan.expert(plan.row(t, c))
            + " has NaN or infinity for token "
            + t);
      }
    }
    return new IllegalArgumentException(
        "outputs must be finite but the weighted sum of token " + t + " is not");
  }

  private static void addRowsOf(
      int t, DispatchPlan plan, Rows source, Factor factor, RowVector row, RowVector total) {
    int count = plan.rowsOf(t);
    for (int c = 0; c < count; c++) {
      int r = plan.row(t, c);
      row.read(source, r);
      total.addScaled(factor.of(r), row);
    }
  }

  /**
   * {@code dWeights[assignment(r)] += tokens[token(r)]·rows[r]}.
   *
   * @param tokens [T,D], contiguous. Not modified.
   * @param rows [R,D], contiguous. Not modified.
   * @param dWeights by assignment [R]. Modified: the result is added.
   */
  static void addDots(DispatchPlan plan, INDArray tokens, INDArray rows, double[] dWeights) {
    if (plan.rows() == 0) {
      return;
    }
    Rows left = Rows.of(tokens);
    Rows right = Rows.of(rows);
    Parallel.ranges(plan.rows(), grain(left), (from, to) -> {
      RowVector token = RowVector.like(left);
      RowVector row = RowVector.like(left);
      for (int r = from; r < to; r++) {
        token.read(left, plan.token(r));
        row.read(right, r);
        dWeights[plan.assignment(r)] += token.dot(row);
      }
    });
  }

  /**
   * {@link #addDots} with {@code rows} and {@link #copy} into {@code target}, which reads the tokens
   * once for both.
   *
   * @param tokens [T,D], contiguous. Not modified.
   * @param rows [R,D], contiguous. Not modified.
   * @param target [R,D], contiguous. Modified: overwritten.
   * @return the dots by assignment [R]
   */
  static double[] copyWithDots(
      DispatchPlan plan, INDArray tokens, Factor factor, INDArray rows, INDArray target) {
    double[] dots = new double[plan.rows()];
    if (plan.rows() == 0) {
      return dots;
    }
    Rows source = Rows.of(tokens);
    Rows others = Rows.of(rows);
    Rows copies = Rows.of(target);
    Parallel.ranges(plan.rows(), grain(source), (from, to) -> {
      RowVector token = RowVector.like(source);
      RowVector row = RowVector.like(source);
      for (int r = from; r < to; r++) {
        token.read(source, plan.token(r));
        row.read(others, r);
        dots[plan.assignment(r)] = token.dot(row);
        token.scale(factor.of(r));
        token.write(copies, r);
      }
    });
    return dots;
  }

  private static int grain(Rows rows) {
    return Math.max(1, GRAIN_ELEMENTS / rows.width());
  }
}
