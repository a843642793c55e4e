package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.ExpertsSubject.LOADS;
import static io.github.moe4j.testkit.ExpertsSubject.WIDTH;
import static io.github.moe4j.testkit.ExpertsSubject.copy;
import static io.github.moe4j.testkit.ExpertsSubject.rows;
import static io.github.moe4j.testkit.ExpertsSubject.run;
import static io.github.moe4j.testkit.ExpertsSubject.starts;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.ExpertsSubject.Outcome;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sizes, loads, seeds, and which rows an expert processes. */
record ExpertsRunChecks(ExpertsSubject subject) {
  void sizes() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Experts experts = subject.contract().experts(5, WIDTH, type, 1);
      assertEquals(5, experts.experts());
      assertEquals(WIDTH, experts.modelWidth());
      assertEquals(type, experts.dataType());
      assertEquals(
          experts.parameters().names(),
          subject.contract().experts(5, WIDTH, type, 9).parameters().names());
    }
  }

  void createdFromSeed() {
    Experts first = subject.contract().experts(5, WIDTH, DataType.FLOAT, 3);
    Experts second = subject.contract().experts(5, WIDTH, DataType.FLOAT, 3);
    first
        .parameters()
        .forEach(
            (name, array) -> assertSameBits(name, array, second.parameters().get(name)));
  }

  void anyLoad() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (int[] load : LOADS) {
        int rows = Arrays.stream(load).sum();
        Experts experts = subject.small(type);
        INDArray x = rows(type, 1, rows);
        INDArray dy = rows(type, 2, rows);
        INDArray xBefore = copy(x);
        INDArray dyBefore = copy(dy);
        int[] start = starts(load);
        int[] startBefore = start.clone();
        Outcome outcome = run(experts, x, dy, subject.contract().training(5), load);
        assertArrayEquals(new long[] {rows, WIDTH}, outcome.y().shape());
        assertEquals(type, outcome.y().dataType());
        assertSameBits("xR", xBefore, x);
        assertSameBits("dyR", dyBefore, dy);
        assertArrayEquals(startBefore, start);
      }
    }
  }

  void ownRowsOnly() {
    int[] load = {3, 0, 7, 1, 6};
    Experts experts = subject.small(DataType.DOUBLE);
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
      assertNear("y of expert " + e, block(all.y(), start[e], start[e + 1]), one.y(), 1e-12);
      assertNear("dx of expert " + e, block(all.dx(), start[e], start[e + 1]), one.dx(), 1e-12);
      one.into().forEach((name, array) -> sum.get(name).addi(array));
    }
    all.into().forEach((name, array) -> assertNear(name, array, sum.get(name), 1e-11));
  }

  void sameSeed() {
    int[] load = {3, 0, 7, 1, 6};
    Experts experts = subject.small(DataType.FLOAT);
    INDArray x = rows(DataType.FLOAT, 1, 17);
    INDArray dy = rows(DataType.FLOAT, 2, 17);
    Outcome first = run(experts, x, dy, subject.contract().training(5), load);
    Outcome second = run(experts, x, dy, subject.contract().training(5), load);
    assertSameBits("y", first.y(), second.y());
    assertSameBits("dxR", first.dx(), second.dx());
    first
        .into()
        .forEach((name, array) -> assertSameBits(name, array, second.into().get(name)));
  }

  private static INDArray block(INDArray rows, int from, int to) {
    double[] values = Near.values(rows);
    return RandomArrays.of(
        rows.dataType(), Arrays.copyOfRange(values, from * WIDTH, to * WIDTH), to - from, WIDTH);
  }
}
