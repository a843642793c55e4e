package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.ExpertsSubject.WIDTH;
import static io.github.moe4j.testkit.ExpertsSubject.rows;
import static io.github.moe4j.testkit.ExpertsSubject.run;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.ExpertsSubject.Outcome;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** NaN and float32. */
record ExpertsNumberChecks(ExpertsSubject subject) {
  /** A NaN stays in its row: it neither affects other rows nor silently becomes zero. */
  void rowOfNaN() {
    int[] load = {3, 0, 7, 1, 6};
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Experts experts = subject.small(type);
      INDArray x = rows(type, 1, 17);
      INDArray dy = rows(type, 2, 17);
      INDArray before = run(experts, x, dy, PassMode.evaluation(), load).y();
      for (int row : new int[] {0, 4, 10}) {
        INDArray bad = x.dup();
        for (int d = 0; d < WIDTH; d++) {
          bad.putScalar(row, d, Double.NaN);
        }
        requireOnlyRow(
            row, before, run(experts, bad, dy, PassMode.evaluation(), load).y());
      }
    }
  }

  void float32() {
    int[] load = {3, 0, 7, 1, 6};
    Experts wide = subject.small(DataType.DOUBLE);
    Experts narrow = subject.small(DataType.FLOAT);
    wide.parameters().forEach((name, array) -> narrow.parameters().get(name).assign(array));
    INDArray x = rows(DataType.DOUBLE, 1, 17);
    INDArray dy = rows(DataType.DOUBLE, 2, 17);
    Outcome exact = run(wide, x, dy, PassMode.evaluation(), load);
    Outcome single = run(
        narrow, x.castTo(DataType.FLOAT), dy.castTo(DataType.FLOAT), PassMode.evaluation(), load);
    assertNear("y", Near.values(exact.y()), Near.values(single.y()), 2e-5);
    assertNear("dxR", Near.values(exact.dx()), Near.values(single.dx()), 5e-5);
    exact
        .into()
        .forEach((name, array) ->
            assertNear(name, Near.values(array), Near.values(single.into().get(name)), 2e-4));
  }

  private void requireOnlyRow(int row, INDArray before, INDArray after) {
    boolean all = true;
    for (int r = 0; r < before.size(0); r++) {
      for (int d = 0; d < WIDTH; d++) {
        if (r == row) {
          all &= Double.isNaN(after.getDouble(r, d));
        } else {
          assertEquals(before.getDouble(r, d), after.getDouble(r, d), 0, "row " + r);
        }
      }
    }
    assertTrue(all || !subject.contract().readsRows(), "row " + row + " must be NaN");
  }
}
