package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.ExpertsContract;
import io.github.moe4j.testkit.Near;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ScaledOutputTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    return ScaledOutput.of(
        GluExperts.create(ExpertOptions.of(experts, width, 6).withDataType(type), seed), -0.75);
  }

  @Test
  void run_rows_thoseOfTheExpertsTimesTheFactor() {
    CopyExperts copies = CopyExperts.of(1, 2, DataType.DOUBLE);
    INDArray x = Nd4j.createFromArray(3.0, -8, 0, 2).reshape(2, 2);
    double[] y =
        Near.values(ExpertsCheck.run(ScaledOutput.of(copies, 0.5), x, x, PassMode.evaluation(), 2)
            .y());
    Near.assertNear("y", new double[] {1.5, -4, 0, 1}, y, 0);
  }

  @Test
  void any_parameters_thoseOfTheExperts() {
    GluExperts inner = GluExperts.create(ExpertOptions.of(2, 3, 4), 1);
    ScaledOutput scaled = ScaledOutput.of(inner, 2);
    assertSame(inner.parameters(), scaled.parameters());
    assertSame(inner, scaled.inner());
    assertEquals(2, scaled.factor());
  }

  @Test
  void of_wrongFactor_messageNamesIt() {
    CopyExperts copies = CopyExperts.of(1, 2, DataType.DOUBLE);
    assertEquals(
        "factor must be finite but was Infinity",
        assertThrows(
                IllegalArgumentException.class,
                () -> ScaledOutput.of(copies, Double.POSITIVE_INFINITY))
            .getMessage());
  }
}
