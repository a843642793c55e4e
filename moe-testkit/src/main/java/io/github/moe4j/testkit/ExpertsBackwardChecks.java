package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.ExpertsSubject.LOADS;
import static io.github.moe4j.testkit.ExpertsSubject.WIDTH;
import static io.github.moe4j.testkit.ExpertsSubject.rows;
import static io.github.moe4j.testkit.ExpertsSubject.run;
import static io.github.moe4j.testkit.ExpertsSubject.starts;
import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.ExpertsSubject.Outcome;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The backward pass: derivative, addition, and experts without rows. */
record ExpertsBackwardChecks(ExpertsSubject subject) {
  void withoutRows() {
    Experts experts = subject.small(DataType.DOUBLE);
    Outcome outcome = run(
        experts,
        rows(DataType.DOUBLE, 1, 0),
        rows(DataType.DOUBLE, 2, 0),
        subject.contract().training(5),
        0,
        0,
        0,
        0,
        0);
    outcome.into().forEach((name, array) -> assertAllZero(name, Near.values(array)));
  }

  void differences() {
    for (boolean training : new boolean[] {false, true}) {
      for (int[] load : LOADS) {
        int rows = Arrays.stream(load).sum();
        if (rows > 0) {
          requireDerivative(training, rows, load);
        }
      }
    }
  }

  void adds() {
    int[] load = {3, 0, 7, 1, 6};
    Experts experts = subject.small(DataType.DOUBLE);
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
    assertNear("dxR", once.dx().add(1), dx, 1e-11);
    once.into().forEach((name, array) -> assertNear(name, array.add(1), into.get(name), 1e-11));
  }

  private void requireDerivative(boolean training, int rows, int... load) {
    Experts experts = subject.small(DataType.DOUBLE);
    INDArray x = rows(DataType.DOUBLE, 1, rows);
    double[] c = RandomArrays.normal(Seeds.random(2), rows * WIDTH);
    INDArray dy = RandomArrays.of(DataType.DOUBLE, c, rows, WIDTH);
    Outcome outcome = run(experts, x, dy, mode(training), load);
    GradientCheck check = GradientCheck.of(() -> {
      try (Arena.Scope scope = new Arena().open()) {
        ExpertsPass run = experts.run(x, starts(load), mode(training), scope);
        // the change of y: the rounding of a large sum would limit the differences
        return GradientCheck.weightedSum(run.y().sub(outcome.y()), c);
      }
    });
    check.add("xR", x, outcome.dx());
    if (!experts.parameters().names().isEmpty()) {
      check.addAll(experts.parameters(), outcome.into());
    }
    check.assertCorrect();
  }

  private PassMode mode(boolean training) {
    return training ? subject.contract().training(5) : PassMode.evaluation();
  }
}
