package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What must hold of every kind of experts, whatever they compute. */
final class ExpertsCheck {
  private ExpertsCheck() {}

  /** Rows and gradients that one run gave, copied. */
  record Outcome(INDArray y, INDArray dxR, Gradients into) {}

  /** First row of each expert, and R at the end. */
  static int[] starts(int... load) {
    int[] start = new int[load.length + 1];
    for (int e = 0; e < load.length; e++) {
      start[e + 1] = start[e] + load[e];
    }
    return start;
  }

  /** Runs forward and backward once; checks that neither xR nor dyR changes. */
  static Outcome run(Experts experts, INDArray xR, INDArray dyR, PassMode mode, int... load) {
    INDArray xBefore = copy(xR);
    INDArray dyBefore = copy(dyR);
    Gradients into = experts.parameters().zeroGradients();
    INDArray dxR = Nd4j.create(xR.dataType(), xR.shape());
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass run = experts.run(xR, starts(load), mode.differentiable(), scope);
      INDArray y = copy(run.y());
      if (!mode.isDifferentiable()) {
        assertSameBits(
            "y of evaluation", y, experts.run(xR, starts(load), mode, scope).y());
      }
      run.backward(dyR, dxR, into);
      assertSameBits("xR", xBefore, xR);
      assertSameBits("dyR", dyBefore, dyR);
      assertSameBits("y after backward", y, run.y());
      return new Outcome(y, dxR, into);
    }
  }

  private static INDArray copy(INDArray array) {
    return array.isEmpty() ? array : array.dup();
  }

  /** Checks rows and parameters against differences, and that the backward of a second run adds the same. */
  static void gradients(Experts experts, Supplier<PassMode> mode, int... load) {
    int rows = Arrays.stream(load).sum();
    int width = experts.modelWidth();
    INDArray xR = RandomArrays.normal(DataType.DOUBLE, Seeds.random(71), rows, width);
    double[] weight = RandomArrays.normal(Seeds.random(72), rows * width);
    INDArray dyR = RandomArrays.of(DataType.DOUBLE, weight, rows, width);
    Outcome outcome = run(experts, xR, dyR, mode.get(), load);
    assertArrayEquals(new long[] {rows, width}, outcome.y().shape());
    if (rows == 0) {
      assertEquals(0, outcome.into().globalNorm());
      return;
    }
    GradientCheck check = GradientCheck.of(() -> {
      try (Arena.Scope scope = new Arena().open()) {
        ExpertsPass run = experts.run(xR, starts(load), mode.get(), scope);
        double sum = GradientCheck.weightedSum(run.y(), weight);
        return sum;
      }
    });
    check.add("xR", xR, outcome.dxR());
    if (!experts.parameters().names().isEmpty()) {
      check.addAll(experts.parameters(), outcome.into());
    }
    check.assertCorrect();
    requireSecondAdds(experts, xR, dyR, mode, outcome, load);
    Frozen.assertRestUnchanged(experts.parameters(), into -> {
      INDArray dxR = Nd4j.create(xR.dataType(), xR.shape());
      try (Arena.Scope scope = new Arena().open()) {
        experts.run(xR, starts(load), mode.get().differentiable(), scope).backward(dyR, dxR, into);
      }
      return dxR;
    });
  }

  private static void requireSecondAdds(
      Experts experts,
      INDArray xR,
      INDArray dyR,
      Supplier<PassMode> modes,
      Outcome once,
      int... load) {
    Gradients into = experts.parameters().zeroGradients();
    INDArray dxR = Nd4j.create(xR.dataType(), xR.shape());
    try (Arena.Scope scope = new Arena().open()) {
      for (int i = 0; i < 2; i++) {
        ExpertsPass run = experts.run(xR, starts(load), modes.get().differentiable(), scope);
        run.backward(dyR, dxR, into);
      }
    }
    assertNear("dxR twice", once.dxR().mul(2), dxR, 1e-11);
    once.into().forEach((name, array) -> assertNear(name, array.mul(2), into.get(name), 1e-11));
  }

  /** Checks that float32 gives about what float64 does. */
  static void floatNearDouble(Function<DataType, Experts> create, int... load) {
    Experts wide = create.apply(DataType.DOUBLE);
    Experts narrow = create.apply(DataType.FLOAT);
    wide.parameters().forEach((name, array) -> narrow.parameters().get(name).assign(array));
    int rows = Arrays.stream(load).sum();
    INDArray xR = RandomArrays.normal(DataType.DOUBLE, Seeds.random(73), rows, wide.modelWidth());
    INDArray dyR = RandomArrays.normal(DataType.DOUBLE, Seeds.random(74), rows, wide.modelWidth());
    Outcome expected = run(wide, xR, dyR, PassMode.evaluation(), load);
    Outcome actual = run(
        narrow, xR.castTo(DataType.FLOAT), dyR.castTo(DataType.FLOAT), PassMode.evaluation(), load);
    assertEquals(DataType.FLOAT, actual.y().dataType());
    assertNear("y", values(expected.y()), values(actual.y()), 2e-5);
    assertNear("dxR", values(expected.dxR()), values(actual.dxR()), 2e-5);
    expected
        .into()
        .forEach((name, array) ->
            assertNear(name, values(array), values(actual.into().get(name)), 1e-4));
  }
}
