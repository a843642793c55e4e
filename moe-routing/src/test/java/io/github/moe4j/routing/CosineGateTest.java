package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class CosineGateTest {
  private static INDArray of(double[] values, long... shape) {
    return RandomArrays.of(DataType.DOUBLE, values, shape);
  }

  private static INDArray normal(long salt, long... shape) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), shape);
  }

  /** D = P = 2, identity projector, bias (1, 0), similarity columns (3, 4), (0, −2), (5, 0). */
  private static CosineGate handWorked(double temperature) {
    return CosineGate.of(
        of(new double[] {1, 0, 0, 1}, 2, 2),
        of(new double[] {1, 0}, 2),
        of(new double[] {3, 0, 5, 4, -2, 0}, 2, 3),
        of(new double[] {temperature}, 1));
  }

  private static double[] logits(CosineGate gate, double... x) {
    return gate.score(TokenBatch.evaluation(of(x, x.length / 2, 2))).logits().toArray();
  }

  @Test
  void score_handWorked_cosineTimesFactor() {
    // x = (2, 4): z = (3, 4); cosines with (3, 4), (0, −2), (5, 0): 1, −4/5, 3/5
    // x = (−1, −7): z = (0, −7): −4/5, 1, 0      x = (−1, 0): z = 0: all 0; times e^ln 2
    assertNear(
        "logits",
        new double[] {2, -1.6, 1.2, -1.6, 2, 0, 0, 0, 0},
        logits(handWorked(Math.log(2)), 2, 4, -1, -7, -1, 0),
        1e-15);
    // at most 100
    assertNear("clamped", new double[] {100, -80, 60}, logits(handWorked(5), 2, 4), 1e-12);
  }

  @Test
  void backward_largestTemperature_gradientReachesIt() {
    for (double temperature : new double[] {StrictMath.log(100), StrictMath.log(101)}) {
      CosineGate gate = handWorked(temperature);
      TokenBatch input = TokenBatch.training(of(new double[] {2, 4}, 1, 2));
      Gradients into = gate.parameters().zeroGradients();
      gate.score(input).backward(new double[] {1, 0, 0}, input.x().mul(0), into);
      // cosine 1 times the factor 100; above the limit the factor is constant
      double expected = temperature > StrictMath.log(100) ? 0 : 100;
      assertEquals(expected, into.get("temperature").getDouble(0), 1e-11);
    }
  }

  @Test
  void unitRows_atTheSmallestNorm_gradientOfTheNorm() {
    // (du − u·(u·du))/norm with u = (1, 0) and du = (1, 1); below it du/1e-12
    double[] dRow = UnitRows.of(new double[] {1e-12, 0}, 2).backward(new double[] {1, 1});
    assertNear("at 1e-12", new double[] {0, 1e12}, dRow, 1);
    dRow = UnitRows.of(new double[] {1e-13, 0}, 2).backward(new double[] {1, 1});
    assertNear("below", new double[] {1e12, 1e12}, dRow, 1);
  }

  @ParameterizedTest
  @CsvSource({"1,1,2,2", "1,3,4,2", "5,2,1,3", "6,5,3,4"})
  void backward_any_matchesDifferencesAndAdds(int tokens, int experts, int width, int projection) {
    CosineGate gate = CosineGate.create(experts, width, projection, DataType.DOUBLE, 1);
    RandomArrays.fill(gate.parameters(), Seeds.random(2), 1);
    INDArray x = normal(3, tokens, width);
    double[] weight = RandomArrays.normal(Seeds.random(4), tokens * experts);
    INDArray dx = Nd4j.ones(DataType.DOUBLE, tokens, width);
    Gradients into = gate.parameters().zeroGradients();
    into.forEach((name, array) -> array.assign(1));
    gate.score(TokenBatch.evaluation(x).differentiable()).backward(weight, dx, into);
    into.forEach((name, array) -> array.subi(1));
    GradientCheck.of(() -> GradientCheck.weightedSum(
            gate.score(TokenBatch.evaluation(x).differentiable()).logits().toArray(), weight))
        .add("x", x, dx.sub(1))
        .addAll(gate.parameters(), into)
        .assertCorrect();
  }

  @Test
  void score_hugeProjection_stillCosines() {
    // z = (3, 4)·1e200, whose squares overflow; the 1 of the bias is lost beside it
    assertNear(
        "logits",
        new double[] {2, -1.6, 1.2},
        logits(handWorked(Math.log(2)), 3e200, 4e200),
        1e-15);
  }

  @Test
  void backward_temperatureAboveClamp_noGradientForIt() {
    // Σ dlogits·logits = 1·2 − 1·1.6 + 1·1.2 below the clamp
    for (double temperature : new double[] {Math.log(2), 4.7}) {
      CosineGate gate = handWorked(temperature);
      Gradients into = gate.parameters().zeroGradients();
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 1, 2);
      gate.score(TokenBatch.evaluation(of(new double[] {2, 4}, 1, 2)).differentiable())
          .backward(new double[] {1, 1, 1}, dx, into);
      double expected = temperature < 1 ? 1.6 : 0;
      assertEquals(expected, into.get("temperature").getDouble(0), 1e-14);
      assertTrue(into.get("similarity").norm2Number().doubleValue() > 0.1);
    }
  }

  @Test
  void backward_zeroProjection_clampedNorm() {
    // z = 0: dz = du/1e-12 with du = 2·unit column 2 = (2, 0)
    CosineGate gate = handWorked(Math.log(2));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 1, 2);
    gate.score(TokenBatch.evaluation(of(new double[] {-1, 0}, 1, 2)).differentiable())
        .backward(new double[] {0, 0, 1}, dx, gate.parameters().zeroGradients());
    assertNear("dx", new double[] {2e12, 0}, values(dx), 1e-12);
  }

  @Test
  void backward_nanInPadding_gradientsFinite() {
    INDArray x = normal(1, 3, 2);
    x.putScalar(1, 0, Double.NaN);
    x.putScalar(1, 1, Double.POSITIVE_INFINITY);
    CosineGate gate = handWorked(1);
    double[] dLogits = RandomArrays.normal(Seeds.random(4), 9);
    Arrays.fill(dLogits, 3, 6, 0);
    Gradients into = gate.parameters().zeroGradients();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 3, 2);
    TokenBatch input =
        TokenBatch.evaluation(x).differentiable().withMask(TokenMask.of(true, false, true));
    gate.score(input).backward(dLogits, dx, into);
    assertTrue(Double.isFinite(into.globalNorm()));
    assertAllZero("dx of padding", Arrays.copyOfRange(values(dx), 2, 4));
    assertTrue(Double.isFinite(dx.norm2Number().doubleValue()));
  }

  @Test
  void score_float32TokensInFloat64_exact() {
    CosineGate gate = handWorked(Math.log(2));
    INDArray x = of(new double[] {2, 4}, 1, 2).castTo(DataType.FLOAT);
    assertNear(
        "logits",
        new double[] {2, -1.6, 1.2},
        gate.score(TokenBatch.evaluation(x)).logits().toArray(),
        1e-15);
  }

  @Test
  void create_seed_sameBitsAndTutelsStart() {
    NamedArrays a = CosineGate.create(20, 25, 30, DataType.FLOAT, 3).parameters();
    NamedArrays b = CosineGate.create(20, 25, 30, DataType.FLOAT, 3).parameters();
    NamedArrays c = CosineGate.create(20, 25, 30, DataType.FLOAT, 4).parameters();
    assertEquals(
        List.of("projector.weight", "projector.bias", "similarity", "temperature"),
        List.copyOf(a.names()));
    for (String name : a.names()) {
      assertSameBits(name, a.get(name), b.get(name));
      boolean drawn = !name.equals("temperature");
      assertEquals(drawn, !Arrays.equals(values(a.get(name)), values(c.get(name))), name);
    }
    assertEquals(Math.log(2), a.get("temperature").getDouble(0), 1e-7);
    // uniform in ±1/√25 has deviation 0.2/√3 = 0.115; 30 draws of the bias are good to 8 %
    for (String name : List.of("projector.weight", "projector.bias")) {
      assertTrue(Arrays.stream(values(a.get(name))).allMatch(v -> Math.abs(v) <= 0.2), name);
      assertEquals(0.115, deviation(a.get(name)), 0.03, name);
    }
    assertEquals(0.01, deviation(a.get("similarity")), 0.001);
    assertFalse(Arrays.stream(values(a.get("similarity"))).allMatch(v -> v < 0.01));
  }

  private static double deviation(INDArray array) {
    return Math.sqrt(Arrays.stream(values(array)).map(v -> v * v).average().orElseThrow());
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    INDArray w = Nd4j.zeros(DataType.FLOAT, 3, 2);
    INDArray b = Nd4j.zeros(DataType.FLOAT, 3);
    INDArray s = Nd4j.zeros(DataType.FLOAT, 3, 4);
    INDArray t = Nd4j.zeros(DataType.FLOAT, 1);
    CosineGate gate = CosineGate.of(w, b, s, t);
    assertEquals(4, gate.experts());
    assertEquals(2, gate.modelWidth());
    assertRefused(
        "bias must be [3] but was [4]",
        () -> CosineGate.of(w, Nd4j.zeros(DataType.FLOAT, 4), s, t));
    assertRefused(
        "similarity must be [3, *] but was [4, 3]",
        () -> CosineGate.of(w, b, s.transpose().dup('c'), t));
    assertRefused(
        "similarity must be FLOAT but was DOUBLE",
        () -> CosineGate.of(w, b, s.castTo(DataType.DOUBLE), t));
    assertRefused(
        "temperature must be FLOAT but was DOUBLE",
        () -> CosineGate.of(w, b, s, t.castTo(DataType.DOUBLE)));
    assertRefused("temperature must be [1] but was [3]", () -> CosineGate.of(w, b, s, b));
    assertRefused(
        "projection must be at least 1 but was 0",
        () -> CosineGate.create(4, 2, 0, DataType.FLOAT, 1));
    assertRefused(
        "x must be [*, 2] but was [4, 3]",
        () -> gate.score(TokenBatch.evaluation(Nd4j.zeros(DataType.FLOAT, 4, 3))));
  }
}
