package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.testkit.ExpertsContract;
import io.github.moe4j.testkit.Near;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NormalizedInputTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    return NormalizedInput.of(
        RmsNorm.create(width, 1e-6, type),
        GluExperts.create(ExpertOptions.of(experts, width, 6).withDataType(type), seed));
  }

  /** Row (3, 4) has the mean square 12.5, row (1, −1) has 1; the weight is (2, 10), ε is 0. */
  @Test
  void run_rows_expertsReadThemNormalized() {
    INDArray weight = Nd4j.createFromArray(2.0, 10);
    INDArray x = Nd4j.createFromArray(3.0, 4, 1, -1).reshape(2, 2);
    NormalizedInput experts =
        NormalizedInput.of(RmsNorm.of(weight, 0), CopyExperts.of(1, 2, DataType.DOUBLE));
    double[] y =
        Near.values(ExpertsCheck.run(experts, x, x, PassMode.evaluation(), 2).y());
    double root = Math.sqrt(12.5);
    Near.assertNear("y", new double[] {6 / root, 40 / root, 2, -10}, y, 1e-15);
  }

  @Test
  void any_parameters_thoseOfTheExpertsAndTheNorm() {
    assertEquals(
        List.of("gate.weight", "up.weight", "down.weight", "norm.weight"),
        List.copyOf(experts(2, 3, DataType.FLOAT, 1).parameters().names()));
  }
}
