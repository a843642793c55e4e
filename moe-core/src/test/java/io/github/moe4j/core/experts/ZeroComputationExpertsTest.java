package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link ZeroExperts}, {@link CopyExperts} and {@link ConstantExperts}. */
@ExtendWith(Seeds.class)
class ZeroComputationExpertsTest {
  private static final int[][] LOADS = {{0, 0, 0}, {0, 1, 0}, {3, 0, 1}, {17, 3, 0}};

  private static INDArray normal(DataType type, long salt, long... shape) {
    return RandomArrays.normal(type, Seeds.random(salt), shape);
  }

  private static ConstantExperts constant(DataType type) {
    return ConstantExperts.of(normal(type, 1, 3, 2, 4), normal(type, 2, 3, 4));
  }

  @Test
  void zero_anyRows_outputAndGradientZero() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      Experts experts = new ZeroExperts(3, 4, type);
      for (int[] load : LOADS) {
        int rows = load[0] + load[1] + load[2];
        INDArray x = normal(type, 3, rows, 4);
        ExpertsCheck.Outcome outcome = ExpertsCheck.run(experts, x, x, PassMode.evaluation(), load);
        assertAllZero("y", values(outcome.y()));
        assertAllZero("dx", values(outcome.dxR()));
        assertEquals(4 * rows, outcome.y().length());
      }
      assertEquals(type, experts.dataType());
      assertTrue(experts.parameters().names().isEmpty());
    }
  }

  @Test
  void copy_anyRows_outputIsInput() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      Experts experts = new CopyExperts(3, 4, type);
      for (int[] load : LOADS) {
        int rows = load[0] + load[1] + load[2];
        INDArray x = normal(type, 3, rows, 4);
        INDArray dy = normal(type, 4, rows, 4);
        ExpertsCheck.Outcome outcome =
            ExpertsCheck.run(experts, x, dy, PassMode.evaluation(), load);
        assertSameBits("y", x, outcome.y());
        assertSameBits("dx", dy, outcome.dxR());
      }
    }
    ExpertsCheck.gradients(new CopyExperts(3, 4, DataType.DOUBLE), PassMode::evaluation, 2, 0, 1);
  }

  @Test
  void constant_oneRow_byHand() {
    // D = 2; x = (1, 2); logits: (0, 1)·x = 2 and (ln 3 + 2, 0)·x = ln 3 + 2
    // so [a1, a2] = softmax = (1/4, 3/4); v = (8, 4): y = x/4 + 3/4·v = (6.25, 3.5)
    INDArray gate = Nd4j.createFromArray(0, 1, Math.log(3) + 2, 0).reshape('c', 1, 2, 2);
    INDArray v = Nd4j.createFromArray(8.0, 4.0).reshape('c', 1, 2);
    INDArray x = Nd4j.createFromArray(1.0, 2.0).reshape('c', 1, 2);
    ExpertsCheck.Outcome outcome =
        ExpertsCheck.run(ConstantExperts.of(gate, v), x, x, PassMode.evaluation(), 1);
    assertNear("y", new double[] {6.25, 3.5}, values(outcome.y()), 1e-14);
    // dv = a2·dy = 3/4·(1, 2)
    assertNear("dv", new double[] {0.75, 1.5}, values(outcome.into().get("constant")), 1e-14);
    // da1 = dy·(x − v) = −7 − 4 = −11; d logit = ∓11·3/16; dW_c = ± that times x
    double dLogit = -11 * 3 / 16.0;
    assertNear(
        "dW",
        new double[] {dLogit, 2 * dLogit, -dLogit, -2 * dLogit},
        values(outcome.into().get("gate.weight")),
        1e-14);
  }

  @Test
  void constant_awkwardLoads_matchDifferences() {
    for (int[] load : LOADS) {
      ExpertsCheck.gradients(constant(DataType.DOUBLE), PassMode::evaluation, load);
    }
    ExpertsCheck.floatNearDouble(ZeroComputationExpertsTest::constant, 5, 0, 17);
  }

  @Test
  void constant_hugeLogits_oneOfBoth() {
    INDArray gate = Nd4j.createFromArray(900.0, -900.0, -900.0, 900.0).reshape('c', 2, 2, 1);
    INDArray v = Nd4j.createFromArray(7.0, 7.0).reshape('c', 2, 1);
    INDArray x = Nd4j.createFromArray(2.0, 2.0).reshape('c', 2, 1);
    ExpertsCheck.Outcome outcome =
        ExpertsCheck.run(ConstantExperts.of(gate, v), x, x, PassMode.evaluation(), 1, 1);
    assertNear("y", new double[] {2, 7}, values(outcome.y()), 0);
  }

  @Test
  void constantCreate_sameSeed_sameBits() {
    NamedArrays a = ConstantExperts.create(3, 5, DataType.FLOAT, 9).parameters();
    NamedArrays b = ConstantExperts.create(3, 5, DataType.FLOAT, 9).parameters();
    a.forEach((name, array) -> assertSameBits(name, array, b.get(name)));
    assertTrue(a.get("gate.weight").amaxNumber().doubleValue() <= 1 / Math.sqrt(5));
    assertTrue(a.get("constant").amaxNumber().doubleValue() > 1 / Math.sqrt(5));
  }

  @Test
  void create_wrongSizes_messageNamesRuleAndValue() {
    assertMessage(
        "experts must be at least 1 but was 0", () -> new ZeroExperts(0, 4, DataType.FLOAT));
    assertMessage(
        "modelWidth must be at least 1 but was 0", () -> new CopyExperts(1, 0, DataType.FLOAT));
    assertMessage(
        "dataType must be FLOAT or DOUBLE but was INT",
        () -> new CopyExperts(1, 1, DataType.INT32));
    INDArray v = Nd4j.zeros(DataType.FLOAT, 3, 4);
    assertMessage(
        "gate.weight must be [3, 2, 4] but was [3, 3, 4]",
        () -> ConstantExperts.of(Nd4j.zeros(DataType.FLOAT, 3, 3, 4), v));
    assertMessage(
        "gate.weight must be FLOAT but was DOUBLE",
        () -> ConstantExperts.of(Nd4j.zeros(DataType.DOUBLE, 3, 2, 4), v));
    assertMessage(
        "constant must be [*, *] but was [3, 4, 5]",
        () -> ConstantExperts.of(
            Nd4j.zeros(DataType.FLOAT, 3, 2, 4), Nd4j.zeros(DataType.FLOAT, 3, 4, 5)));
    assertMessage(
        "experts must be at least 1 but was 0",
        () -> ConstantExperts.create(0, 1, DataType.FLOAT, 1));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
