package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.Near.assertSameBits;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the checks of {@link ExpertsContract} share: the experts under test, rows and passes. */
record ExpertsSubject(ExpertsContract contract) {
  static final int WIDTH = 4;

  /** Loads of five experts: 0, 1, 3 and 17 rows, one expert without rows, and all rows on one. */
  static final List<int[]> LOADS = List.of(
      new int[] {0, 0, 0, 0, 0},
      new int[] {0, 0, 0, 1, 0},
      new int[] {1, 0, 1, 0, 1},
      new int[] {3, 0, 7, 1, 6},
      new int[] {0, 0, 0, 0, 17});

  /** Rows and gradients of one pass, copied. */
  record Outcome(INDArray y, INDArray dx, Gradients into) {}

  Experts small(DataType type) {
    Experts experts = contract.experts(5, WIDTH, type, 1);
    RandomArrays.fill(experts.parameters(), new SplittableRandom(2), 0.7);
    return experts;
  }

  static INDArray rows(DataType type, long salt, int rows) {
    return RandomArrays.normal(type, Seeds.random(salt), rows, WIDTH);
  }

  static Outcome run(Experts experts, INDArray x, INDArray dy, PassMode mode, int... load) {
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

  static int[] starts(int... load) {
    int[] start = new int[load.length + 1];
    for (int e = 0; e < load.length; e++) {
      start[e + 1] = start[e] + load[e];
    }
    return start;
  }

  static INDArray copy(INDArray array) {
    return array.isEmpty() ? array : array.dup();
  }
}
