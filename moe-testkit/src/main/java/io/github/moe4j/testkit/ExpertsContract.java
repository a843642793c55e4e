package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Tests that every implementation of {@link Experts} must pass. Its test class extends this and creates it:
 *
 * <pre>{@code
 * class FfnExpertsContractTest extends ExpertsContract {
 *   protected Experts experts(int experts, int width, DataType type, long seed) {
 *     return FfnExperts.create(ExpertOptions.of(experts, width, 6).withDataType(type), seed);
 *   }
 * }
 * }</pre>
 */
@ExtendWith(Seeds.class)
public abstract class ExpertsContract {
  private static final int WIDTH = 4;

  /** Loads of five experts: 0, 1, 3 and 17 rows, one expert without rows, and all rows on one. */
  private static final List<int[]> LOADS = List.of(
      new int[] {0, 0, 0, 0, 0},
      new int[] {0, 0, 0, 1, 0},
      new int[] {1, 0, 1, 0, 1},
      new int[] {3, 0, 7, 1, 6},
      new int[] {0, 0, 0, 0, 17});

  /** For subclasses. */
  protected ExpertsContract() {}

  /**
   * New experts under test; the same seed gives the same bits.
   *
   * @param experts number of experts E
   * @param width model width D
   */
  protected abstract Experts experts(int experts, int width, DataType type, long seed);

  /** Training with noise from a seed. Implementations that draw noise override this only. */
  protected PassMode training(long seed) {
    return PassMode.training(new SplittableRandom(seed));
  }

  /** Whether the output depends on the values of the row; false for constant experts. */
  protected boolean readsRows() {
    return true;
  }

  private Experts small(DataType type) {
    Experts experts = experts(5, WIDTH, type, 1);
    RandomArrays.fill(experts.parameters(), new SplittableRandom(2), 0.7);
    return experts;
  }

  private static INDArray rows(DataType type, long salt, int rows) {
    return RandomArrays.normal(type, Seeds.random(salt), rows, WIDTH);
  }

  /** Rows and gradients of one pass, copied. */
  private record Outcome(INDArray y, INDArray dx, Gradients into) {}

  private static Outcome run(Experts experts, INDArray x, INDArray dy, PassMode mode, int... load) {
    Gradients into = experts.parameters().zeroGradients();
    INDArray dx = Nd4j.create(x.dataType(), x.shape());
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass run = experts.run(x, starts(load), mode.differentiable(), scope);
      INDArray y = copy(run.y());
      if (!mode.isDifferentiable()) {
        assertSameBits(
            "y of evaluation", y, experts.run(x, starts(load), mode, scope).y());
      }
      run.backward(dy, dx, into);
      assertSameBits("y after backward", y, run.y());
      return new Outcome(y, dx, into);
    }
  }

  private static int[] starts(int... load) {
    int[] start = new int[load.length + 1];
    for (int e = 0; e < load.length; e++) {
      start[e + 1] = start[e] + load[e];
    }
    return start;
  }

  private static INDArray copy(INDArray array) {
    return array.isEmpty() ? array : array.dup();
  }

  @Test
  void experts_sizes_areThoseAsked() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Experts experts = experts(5, WIDTH, type, 1);
      assertEquals(5, experts.experts());
      assertEquals(WIDTH, experts.modelWidth());
      assertEquals(type, experts.dataType());
      assertEquals(
          experts.parameters().names(), experts(5, WIDTH, type, 9).parameters().names());
    }
  }

  @Test
  void create_sameSeed_sameBits() {
    Experts first = experts(5, WIDTH, DataType.FLOAT, 3);
    Experts second = experts(5, WIDTH, DataType.FLOAT, 3);
    first
        .parameters()
        .forEach(
            (name, array) -> assertSameBits(name, array, second.parameters().get(name)));
  }

  @Test
  void run_anyLoad_shapesFitAndNothingIsModified() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (int[] load : LOADS) {
        int rows = Arrays.stream(load).sum();
        Experts experts = small(type);
        INDArray x = rows(type, 1, rows);
        INDArray dy = rows(type, 2, rows);
        INDArray xBefore = copy(x);
        INDArray dyBefore = copy(dy);
        int[] start = starts(load);
        int[] startBefore = start.clone();
        Outcome outcome = run(experts, x, dy, training(5), load);
        assertArrayEquals(new long[] {rows, WIDTH}, outcome.y.shape());
        assertEquals(type, outcome.y.dataType());
        assertSameBits("xR", xBefore, x);
        assertSameBits("dyR", dyBefore, dy);
        assertArrayEquals(startBefore, start);
      }
    }
  }

  @Test
  void run_eachExpert_seesItsOwnRowsAlone() {
    int[] load = {3, 0, 7, 1, 6};
    Experts experts = small(DataType.DOUBLE);
    INDArray x = rows(DataType.DOUBLE, 1, 17);
    INDArray dy = rows(DataType.DOUBLE, 2, 17);
    Outcome all = run(experts, x, dy, PassMode.evaluation(), load);
    Gradients sum = experts.parameters().zeroGradients();
    int[] start = starts(load);
    for (int e = 0; e < load.length; e++) {
      int[] alone = new int[load.length];
      alone[e] = load[e];
      INDArray own = block(x, start[e], start[e + 1]);
      INDArray dOwn = block(dy, start[e], start[e + 1]);
      Outcome one = run(experts, own, dOwn, PassMode.evaluation(), alone);
      assertNear("y of expert " + e, block(all.y, start[e], start[e + 1]), one.y, 1e-12);
      assertNear("dx of expert " + e, block(all.dx, start[e], start[e + 1]), one.dx, 1e-12);
      one.into.forEach((name, array) -> sum.get(name).addi(array));
    }
    all.into.forEach((name, array) -> assertNear(name, array, sum.get(name), 1e-11));
  }

  private static INDArray block(INDArray rows, int from, int to) {
    double[] values = Near.values(rows);
    return RandomArrays.of(
        rows.dataType(), Arrays.copyOfRange(values, from * WIDTH, to * WIDTH), to - from, WIDTH);
  }

  @Test
  void backward_expertWithoutRows_getsNoGradient() {
    Experts experts = small(DataType.DOUBLE);
    Outcome outcome = run(
        experts,
        rows(DataType.DOUBLE, 1, 0),
        rows(DataType.DOUBLE, 2, 0),
        training(5),
        0,
        0,
        0,
        0,
        0);
    outcome.into.forEach((name, array) -> assertAllZero(name, Near.values(array)));
  }

  @Test
  void backward_rowsAndParameters_matchDifferences() {
    for (boolean training : new boolean[] {false, true}) {
      for (int[] load : LOADS) {
        int rows = Arrays.stream(load).sum();
        if (rows > 0) {
          requireDerivative(training, rows, load);
        }
      }
    }
  }

  private void requireDerivative(boolean training, int rows, int... load) {
    Experts experts = small(DataType.DOUBLE);
    INDArray x = rows(DataType.DOUBLE, 1, rows);
    double[] c = RandomArrays.normal(Seeds.random(2), rows * WIDTH);
    INDArray dy = RandomArrays.of(DataType.DOUBLE, c, rows, WIDTH);
    Outcome outcome = run(experts, x, dy, mode(training), load);
    GradientCheck check = GradientCheck.of(() -> {
      try (Arena.Scope scope = new Arena().open()) {
        ExpertsPass run = experts.run(x, starts(load), mode(training), scope);
        // the change of y: the rounding of a large sum would limit the differences
        return GradientCheck.weightedSum(run.y().sub(outcome.y), c);
      }
    });
    check.add("xR", x, outcome.dx);
    if (!experts.parameters().names().isEmpty()) {
      check.addAll(experts.parameters(), outcome.into);
    }
    check.assertCorrect();
  }

  private PassMode mode(boolean training) {
    return training ? training(5) : PassMode.evaluation();
  }

  @Test
  void backward_adds_toWhatIsThere() {
    int[] load = {3, 0, 7, 1, 6};
    Experts experts = small(DataType.DOUBLE);
    INDArray x = rows(DataType.DOUBLE, 1, 17);
    INDArray dy = rows(DataType.DOUBLE, 2, 17);
    Outcome once = run(experts, x, dy, PassMode.evaluation(), load);
    Gradients into = experts.parameters().zeroGradients();
    into.forEach((name, array) -> array.assign(1));
    INDArray dx = Nd4j.ones(DataType.DOUBLE, 17, WIDTH);
    try (Arena.Scope scope = new Arena().open()) {
      experts
          .run(x, starts(load), PassMode.evaluation().differentiable(), scope)
          .backward(dy, dx, into);
    }
    assertNear("dxR", once.dx.add(1), dx, 1e-11);
    once.into.forEach((name, array) -> assertNear(name, array.add(1), into.get(name), 1e-11));
  }

  @Test
  void run_sameSeed_sameBits() {
    int[] load = {3, 0, 7, 1, 6};
    Experts experts = small(DataType.FLOAT);
    INDArray x = rows(DataType.FLOAT, 1, 17);
    INDArray dy = rows(DataType.FLOAT, 2, 17);
    Outcome first = run(experts, x, dy, training(5), load);
    Outcome second = run(experts, x, dy, training(5), load);
    assertSameBits("y", first.y, second.y);
    assertSameBits("dxR", first.dx, second.dx);
    first.into.forEach((name, array) -> assertSameBits(name, array, second.into.get(name)));
  }

  /** A NaN stays in its row: it neither affects other rows nor silently becomes zero. */
  @Test
  void run_rowOfNaN_staysInItsRow() {
    int[] load = {3, 0, 7, 1, 6};
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Experts experts = small(type);
      INDArray x = rows(type, 1, 17);
      INDArray dy = rows(type, 2, 17);
      INDArray before = run(experts, x, dy, PassMode.evaluation(), load).y;
      for (int row : new int[] {0, 4, 10}) {
        INDArray bad = x.dup();
        for (int d = 0; d < WIDTH; d++) {
          bad.putScalar(row, d, Double.NaN);
        }
        requireOnlyRow(row, before, run(experts, bad, dy, PassMode.evaluation(), load).y);
      }
    }
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
    assertTrue(all || !readsRows(), "row " + row + " must be NaN");
  }

  @Test
  void run_float32_nearFloat64() {
    int[] load = {3, 0, 7, 1, 6};
    Experts wide = small(DataType.DOUBLE);
    Experts narrow = small(DataType.FLOAT);
    wide.parameters().forEach((name, array) -> narrow.parameters().get(name).assign(array));
    INDArray x = rows(DataType.DOUBLE, 1, 17);
    INDArray dy = rows(DataType.DOUBLE, 2, 17);
    Outcome exact = run(wide, x, dy, PassMode.evaluation(), load);
    Outcome single = run(
        narrow, x.castTo(DataType.FLOAT), dy.castTo(DataType.FLOAT), PassMode.evaluation(), load);
    assertNear("y", Near.values(exact.y), Near.values(single.y), 2e-5);
    assertNear("dxR", Near.values(exact.dx), Near.values(single.dx), 5e-5);
    exact.into.forEach((name, array) ->
        assertNear(name, Near.values(array), Near.values(single.into.get(name)), 2e-4));
  }
}
