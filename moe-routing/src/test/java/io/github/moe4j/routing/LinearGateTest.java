package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class LinearGateTest {
  private static INDArray normal(long salt, long... shape) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), shape);
  }

  @Test
  void score_handWorked_productPlusBias() {
    // x = (1, 2), (0, −1); W = (3, 4), (5, 6), (−1, 0); b = (10, 20, 30)
    // token 0: 3+8, 5+12, −1 → 21, 37, 29      token 1: −4, −6, 0 → 6, 14, 30
    INDArray x = RandomArrays.of(DataType.FLOAT, new double[] {1, 2, 0, -1}, 2, 2);
    INDArray w = RandomArrays.of(DataType.FLOAT, new double[] {3, 4, 5, 6, -1, 0}, 3, 2);
    INDArray b = RandomArrays.of(DataType.FLOAT, new double[] {10, 20, 30}, 3);
    LinearGate plain = LinearGate.of(w);
    LinearGate biased = LinearGate.of(w, b);
    TokenBatch input = TokenBatch.evaluation(x);
    assertNear(
        "plain",
        new double[] {11, 17, -1, -4, -6, 0},
        plain.score(input).logits().toArray(),
        0);
    assertNear(
        "biased",
        new double[] {21, 37, 29, 6, 14, 30},
        biased.score(input).logits().toArray(),
        0);
    assertEquals(3, biased.experts());
    assertEquals(2, biased.modelWidth());
    assertEquals(List.of("weight", "bias"), List.copyOf(biased.parameters().names()));
    assertEquals(List.of("weight"), List.copyOf(plain.parameters().names()));
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,3,4", "5,1,4", "5,3,1", "7,5,3"})
  void backward_withBias_matchesDifferencesAndAdds(int tokens, int experts, int width) {
    INDArray x = normal(1, tokens, width);
    LinearGate gate = LinearGate.of(normal(2, experts, width), normal(3, experts));
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
  void backward_nanInPadding_gradientsFinite() {
    INDArray x = normal(1, 3, 2);
    x.putScalar(1, 0, Double.NaN);
    x.putScalar(1, 1, Double.POSITIVE_INFINITY);
    INDArray before = x.dup();
    LinearGate gate = LinearGate.of(normal(2, 4, 2), normal(3, 4));
    double[] dLogits = RandomArrays.normal(Seeds.random(4), 12);
    Arrays.fill(dLogits, 4, 8, 0);
    Gradients into = gate.parameters().zeroGradients();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 3, 2);
    TokenBatch input =
        TokenBatch.evaluation(x).differentiable().withMask(TokenMask.of(true, false, true));
    gate.score(input).backward(dLogits, dx, into);
    assertEquals(true, Double.isFinite(into.globalNorm()));
    assertNear("dx of padding", new double[2], Arrays.copyOfRange(values(dx), 2, 4), 0);
    assertSameBits("x", before, x);
  }

  @Test
  void score_float64GateFloat32Tokens_sameAsExactTokensRoundedOnce() {
    INDArray x = normal(1, 5, 3).castTo(DataType.FLOAT);
    LinearGate gate = LinearGate.of(normal(2, 4, 3), normal(3, 4));
    double[] dLogits = RandomArrays.normal(Seeds.random(4), 20);
    TokenMask mask = TokenMask.of(true, true, false, true, true);
    Arrays.fill(dLogits, 8, 12, 0);
    GatePass run = gate.score(TokenBatch.evaluation(x).differentiable().withMask(mask));
    GatePass exact = gate.score(
        TokenBatch.evaluation(x.castTo(DataType.DOUBLE)).differentiable().withMask(mask));
    assertSameBits("logits", exact.logits().toArray(), run.logits().toArray());
    INDArray before = normal(5, 5, 3).castTo(DataType.FLOAT);
    INDArray dx = before.dup();
    INDArray exactDx = Nd4j.zeros(DataType.DOUBLE, 5, 3);
    Gradients into = gate.parameters().zeroGradients();
    Gradients exactInto = gate.parameters().zeroGradients();
    run.backward(dLogits, dx, into);
    exact.backward(dLogits, exactDx, exactInto);
    INDArray sum = before.castTo(DataType.DOUBLE).add(exactDx).castTo(DataType.FLOAT);
    assertSameBits("dx", sum, dx);
    into.forEach((name, array) -> assertSameBits(name, exactInto.get(name), array));
  }

  @Test
  void forward_float64GateFloat32Experts_layerRuns() {
    LinearGate gate = LinearGate.of(normal(1, 3, 2));
    ExpertOptions options = ExpertOptions.of(3, 2, 4);
    MoeLayer layer = MoeLayer.of(GatedRouter.of(gate, TopK.of(2)), FfnExperts.create(options, 1));
    LinearGate single = LinearGate.of(gate.parameters().get("weight").castTo(DataType.FLOAT));
    MoeLayer plain = MoeLayer.of(GatedRouter.of(single, TopK.of(2)), FfnExperts.create(options, 1));
    INDArray x = normal(2, 6, 2).castTo(DataType.FLOAT);
    INDArray dy = normal(3, 6, 2).castTo(DataType.FLOAT);
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable());
        MoePass reference = plain.forward(TokenBatch.evaluation(x).differentiable())) {
      assertEquals(DataType.FLOAT, pass.y().dataType());
      assertNear("y", reference.y(), pass.y(), 1e-5);
      MoeGradients gradients = pass.backward(dy);
      MoeGradients expected = reference.backward(dy);
      assertEquals(DataType.FLOAT, gradients.dx().dataType());
      assertNear("dx", expected.dx(), gradients.dx(), 1e-5);
      INDArray dWeight = gradients.parameters().get("router.weight");
      assertEquals(DataType.DOUBLE, dWeight.dataType());
      assertNear(
          "dWeight",
          expected.parameters().get("router.weight").castTo(DataType.DOUBLE),
          dWeight,
          1e-5);
    }
  }

  @Test
  void create_seed_sameBitsAndSpread() {
    INDArray a = LinearGate.create(8, 50, DataType.FLOAT, 3).parameters().get("weight");
    INDArray b = LinearGate.create(8, 50, DataType.FLOAT, 3).parameters().get("weight");
    INDArray c = LinearGate.create(8, 50, DataType.FLOAT, 4).parameters().get("weight");
    assertSameBits("weight", a, b);
    assertFalse(Arrays.equals(values(a), values(c)));
    // 400 draws with deviation 0.02: the estimate is good to 0.02/√800 = 0.0007
    double square = Arrays.stream(values(a)).map(v -> v * v).average().orElseThrow();
    assertEquals(0.02, Math.sqrt(square), 0.004);
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    INDArray w = Nd4j.zeros(DataType.FLOAT, 3, 2);
    assertMessage(
        "weight must be [*, *] but was [6]", () -> LinearGate.of(Nd4j.zeros(DataType.FLOAT, 6)));
    assertMessage(
        "bias must be [3] but was [2]", () -> LinearGate.of(w, Nd4j.zeros(DataType.FLOAT, 2)));
    assertMessage(
        "bias must be FLOAT but was DOUBLE",
        () -> LinearGate.of(w, Nd4j.zeros(DataType.DOUBLE, 3)));
    assertMessage(
        "experts must be at least 1 but was 0", () -> LinearGate.create(0, 2, DataType.FLOAT, 1));
    LinearGate gate = LinearGate.of(w);
    assertMessage(
        "x must be [*, 2] but was [4, 3]",
        () -> gate.score(TokenBatch.evaluation(Nd4j.zeros(DataType.FLOAT, 4, 3))));
    assertMessage(
        "x must be FLOAT, the type of the gate's weight, but was DOUBLE",
        () -> gate.score(TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, 4, 2))));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
