package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class ClampedSwiGluTest {
  private static final ClampedSwiGlu GPT_OSS = ClampedSwiGlu.gptOss();

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Test
  void values_withinAndBeyondLimits_byHand() {
    // alpha 1, limit 2
    double[] gate = {0, Math.log(3), 5, -Math.log(3), 5};
    double[] up = {4, 1, 0, 0, -9};
    double[] hidden = new double[5];
    new ClampedSwiGlu(1, 2).values(gate, up, hidden);
    double[] expected = {
      0, // g = 0
      2 * Math.log(3) * 3 / 4, // u + 1 = 2, sigmoid(ln 3) = 3/4
      2 * sigmoid(2), // gate 5 clamped to 2, u + 1 = 1
      -Math.log(3) / 4, // sigmoid(−ln 3) = 1/4; no lower limit for the gate
      -1 * 2 * sigmoid(2) // up −9 clamped to −2: u + 1 = −1
    };
    assertNear("hidden", expected, hidden, 1e-14);
  }

  @Test
  void gradients_beyondLimit_zero_atLimit_pass() {
    double[] gate = {8, 7, -30, 1, 1, 1};
    double[] up = {1, 1, 1, 7.5, -7.5, -7};
    double[] dGate = new double[6];
    double[] dUp = new double[6];
    GPT_OSS.gradients(gate, up, new double[] {1, 1, 1, 1, 1, 1}, dGate, dUp);
    assertEquals(0, dGate[0]);
    assertTrue(dGate[1] > 1);
    // far below zero the gate is off: nearly, but not exactly, flat
    assertEquals(0, dGate[2], 1e-18);
    assertEquals(0, dUp[3]);
    assertEquals(0, dUp[4]);
    assertEquals(sigmoid(1.702), dUp[5], 1e-15);
  }

  @Test
  void values_ofDeepSeekV4_siluOfTheGateTimesUp() {
    double[] hidden = new double[3];
    ClampedSwiGlu.deepSeekV4(2)
        .values(new double[] {Math.log(3), 5, 5}, new double[] {1, 0, -9}, hidden);
    double[] expected = {Math.log(3) * 3 / 4, 0, -2 * 2 * sigmoid(2)};
    assertNear("hidden", expected, hidden, 1e-14);
  }

  @Test
  void gradients_bothSidesOfLimits_matchDifferences() {
    assertGradients(GPT_OSS);
    assertGradients(ClampedSwiGlu.deepSeekV4(7));
  }

  private static void assertGradients(ClampedSwiGlu swiGlu) {
    double[] gate = DoubleStream.iterate(-10, g -> g + 0.7).limit(30).toArray();
    double[] up = DoubleStream.iterate(9.3, u -> u - 0.63).limit(30).toArray();
    double[] weight = RandomArrays.normal(Seeds.random(1), 30);
    double[] dGate = new double[30];
    double[] dUp = new double[30];
    swiGlu.gradients(gate, up, weight, dGate, dUp);
    GradientCheck.of(() -> {
          double[] hidden = new double[30];
          swiGlu.values(gate, up, hidden);
          return GradientCheck.weightedSum(hidden, weight);
        })
        .add("gate", gate, dGate)
        .add("up", up, dUp)
        .assertCorrect();
  }

  @Test
  void values_extremeScores_finite() {
    double[] hidden = new double[2];
    GPT_OSS.values(new double[] {-1e6, 1e6}, new double[] {1e6, 1e6}, hidden);
    assertEquals(0, hidden[0], 1e-300);
    assertEquals(8 * 7 * sigmoid(1.702 * 7), hidden[1], 1e-12);
  }

  /** Weights so large that many values lie beyond the limits. */
  private static GluExperts experts(DataType type) {
    ExpertOptions options = ExpertOptions.of(3, 4, 6).withBiases(true).withDataType(type);
    GluExperts experts = GluExperts.create(GPT_OSS, options, 1);
    RandomArrays.fill(experts.parameters(), Seeds.random(2), 1.2);
    experts.parameters().get("gate.bias").assign(3);
    experts.parameters().get("up.bias").assign(4);
    // Hidden values reach 8·7: outputs of about size 1, for which differences are exact enough.
    experts.parameters().get("down.weight").muli(0.05);
    return experts;
  }

  @Test
  void runAndBackward_awkwardLoads_matchDifferences() {
    for (int[] load : new int[][] {{0, 0, 0}, {0, 1, 0}, {3, 0, 1}, {0, 0, 17}}) {
      ExpertsCheck.gradients(experts(DataType.DOUBLE), PassMode::evaluation, load);
    }
    ExpertsCheck.floatNearDouble(ClampedSwiGluTest::experts, 2, 0, 5);
  }

  @Test
  void run_oneRow_byHand() {
    // D = H = 1: gate = 2x, up = 3x, down = 5h; x = 1 and alpha 1, limit 2: g = 2, u = 2
    GluExperts experts =
        GluExperts.of(new ClampedSwiGlu(1, 2), one(2), null, one(3), null, one(5), null);
    INDArray x = Nd4j.ones(DataType.DOUBLE, 1, 1);
    double y = ExpertsCheck.run(experts, x, x, PassMode.evaluation(), 1).y().getDouble(0);
    assertEquals(5 * 3 * 2 * sigmoid(2), y, 1e-13);
  }

  private static INDArray one(double value) {
    return Nd4j.createFromArray(value).reshape('c', 1, 1, 1);
  }

  @Test
  void ofInterleaved_rowsAlternate_sameAsSeparate() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      GluExperts separate = experts(type);
      NamedArrays p = separate.parameters();
      INDArray both = interleaved(p.get("gate.weight"), p.get("up.weight"), 3, 12, 4);
      INDArray bias = interleaved(p.get("gate.bias"), p.get("up.bias"), 3, 12);
      INDArray bothBefore = both.dup();
      GluExperts joined =
          GluExperts.ofInterleaved(GPT_OSS, both, bias, p.get("down.weight"), p.get("down.bias"));
      assertEquals(p.names(), joined.parameters().names());
      p.forEach((name, array) -> assertSameBits(name, array, joined.parameters().get(name)));
      assertArrayEquals(new long[] {3, 12, 4}, both.shape());
      assertSameBits("gateUp", bothBefore, both);
      // a copy: changing it later changes nothing
      both.assign(0);
      assertSameBits("gate", p.get("gate.weight"), joined.parameters().get("gate.weight"));
      GluExperts other =
          GluExperts.ofInterleaved(GPT_OSS, bothBefore.dup('f'), null, p.get("down.weight"), null);
      assertSameBits("up", p.get("up.weight"), other.parameters().get("up.weight"));
    }
  }

  @Test
  void ofInterleaved_onePair_oneHiddenValue() {
    INDArray gateUp = Nd4j.createFromArray(1.0, 2.0, 3.0, 4.0).reshape('c', 1, 2, 2);
    INDArray down = Nd4j.zeros(DataType.DOUBLE, 1, 2, 1);
    NamedArrays parameters =
        GluExperts.ofInterleaved(GPT_OSS, gateUp, null, down, null).parameters();
    assertArrayEquals(new double[] {1, 2}, values(parameters.get("gate.weight")));
    assertArrayEquals(new double[] {3, 4}, values(parameters.get("up.weight")));
  }

  /** Rows of gate and up in turn. */
  private static INDArray interleaved(INDArray gate, INDArray up, long... shape) {
    double[] g = values(gate);
    double[] u = values(up);
    int width = shape.length == 3 ? (int) shape[2] : 1;
    double[] both = new double[2 * g.length];
    for (int i = 0; i < both.length; i++) {
      int row = i / width;
      double[] source = row % 2 == 0 ? g : u;
      both[i] = source[row / 2 * width + i % width];
    }
    return RandomArrays.of(gate.dataType(), both, shape);
  }

  @Test
  void create_sameSeed_sameWeightsAsSwiGlu() {
    ExpertOptions options = ExpertOptions.of(2, 3, 4);
    NamedArrays plain = GluExperts.create(options, 5).parameters();
    NamedArrays clamped = GluExperts.create(GPT_OSS, options, 5).parameters();
    plain.forEach((name, array) -> assertSameBits(name, array, clamped.get(name)));
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertMessage("alpha must be finite and above 0 but was 0.0", () -> new ClampedSwiGlu(0, 7));
    assertMessage("limit must be above 0 but was 0.0", () -> new ClampedSwiGlu(1, 0));
    assertMessage("limit must be above 0 but was NaN", () -> new ClampedSwiGlu(1, Double.NaN));
    assertMessage("offset must be finite but was NaN", () -> new ClampedSwiGlu(1, 7, Double.NaN));
    ExpertOptions relu = ExpertOptions.of(1, 1, 1).withActivation(Activation.RELU);
    assertMessage(
        "activation with ClampedSwiGlu must be SILU but was RELU",
        () -> GluExperts.create(GPT_OSS, relu, 1));
    assertMessage(
        "activation with ClampedSwiGlu must be SILU but was RELU",
        () -> GluExperts.create(GPT_OSS, relu, 1, new int[] {0}));
    INDArray down = Nd4j.zeros(DataType.FLOAT, 2, 4, 3);
    INDArray odd = Nd4j.zeros(DataType.FLOAT, 2, 5, 4);
    assertMessage(
        "gateUp must have an even second axis, gate and up alternating, but was [2, 5, 4]",
        () -> GluExperts.ofInterleaved(GPT_OSS, odd, null, down, null));
    INDArray flat = Nd4j.zeros(DataType.FLOAT, 2, 6);
    assertMessage(
        "gateUp must be [*, *, *] but was [2, 6]",
        () -> GluExperts.ofInterleaved(GPT_OSS, flat, null, down, null));
    INDArray even = Nd4j.zeros(DataType.FLOAT, 2, 6, 4);
    INDArray bias = Nd4j.zeros(DataType.FLOAT, 2, 5);
    assertMessage(
        "gateUpBias must be [2, 6] but was [2, 5]",
        () -> GluExperts.ofInterleaved(GPT_OSS, even, bias, down, null));
    assertEquals(
        3,
        GluExperts.ofInterleaved(GPT_OSS, even, null, down, null)
            .parameters()
            .get("gate.weight")
            .size(1));
    assertTrue(Arrays.equals(new long[] {2, 6, 4}, even.shape()));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
