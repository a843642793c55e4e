package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Hand-worked with ε = 0.5: uniform 1/4 makes the factor 0.75, 1/2 makes 1, 3/4 makes 1.25. */
@ExtendWith(Seeds.class)
class InputJitterTest {
  private static final DataType[] TYPES = {DataType.DOUBLE, DataType.FLOAT};

  @Test
  void score_training_noisyTokensAndTheirGradient() {
    // x = (4, 8), (2, −4); factors (0.75, 1.25), (1, 0.75) → (3, 10), (2, −3)
    // W = (1, 1), (2, 0) → logits 13, 6 and −1, 4
    // dLogits = (1, 2), (0, 1): d noisy = (1+4, 1), (2, 0) → dx = (3.75, 1.25), (2, 0), on top of 1
    // dW = (1·3, 1·10) and (2·3 + 1·2, 2·10 − 3)
    for (DataType type : TYPES) {
      INDArray x = RandomArrays.of(type, new double[] {4, 8, 2, -4}, 2, 2);
      INDArray before = x.dup();
      LinearGate inner = LinearGate.of(RandomArrays.of(type, new double[] {1, 1, 2, 0}, 2, 2));
      RecordedUniforms noise = new RecordedUniforms(.25, .75, .5, .25);
      GatePass run = InputJitter.of(inner, 0.5).score(TokenBatch.training(x, noise));
      assertNear("logits", new double[] {13, 6, -1, 4}, run.logits().toArray(), 0);
      INDArray dx = Nd4j.ones(type, 2, 2);
      Gradients into = inner.parameters().zeroGradients();
      run.backward(new double[] {1, 2, 0, 1}, dx, into);
      assertSameBits("dx", RandomArrays.of(type, new double[] {4.75, 2.25, 3, 1}, 2, 2), dx);
      assertSameBits(
          "dW", RandomArrays.of(type, new double[] {3, 10, 8, 17}, 2, 2), into.get("weight"));
      assertSameBits("x", before, x);
      assertEquals(0, noise.left());
    }
  }

  @Test
  void score_evaluationOrZero_gateItself() {
    LinearGate inner = LinearGate.create(3, 2, DataType.DOUBLE, 1);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 4, 2);
    double[] expected = inner.score(TokenBatch.evaluation(x)).logits().toArray();
    assertSameBits(
        "evaluation",
        expected,
        InputJitter.of(inner, 0.5).score(TokenBatch.evaluation(x)).logits().toArray());
    assertSameBits(
        "zero",
        expected,
        InputJitter.of(inner, 0).score(TokenBatch.training(x)).logits().toArray());
  }

  @Test
  void score_padding_drawsTooAndItsContentsDoNotMatter() {
    LinearGate inner = LinearGate.of(Nd4j.ones(DataType.DOUBLE, 1, 1));
    RecordedUniforms noise = new RecordedUniforms(.5, .75);
    INDArray x = Nd4j.createFromArray(Double.NaN, 4).reshape(2, 1);
    TokenBatch input = TokenBatch.training(x, noise).withMask(TokenMask.of(false, true));
    GatePass run = InputJitter.of(inner, 0.5).score(input);
    assertEquals(5, run.logits().get(1, 0));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 2, 1);
    run.backward(new double[] {0, 8}, dx, inner.parameters().zeroGradients());
    assertNear("dx", new double[] {0, 10}, dx.data().asDouble(), 0);
    assertEquals(0, noise.left());
  }

  @Test
  void score_float64GateFloat32Tokens_gradientInTypeOfTokens() {
    LinearGate inner = LinearGate.of(RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 3, 2));
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(2), 4, 2);
    TokenBatch input = TokenBatch.training(x, new SplittableRandom(3));
    GatePass run = InputJitter.of(inner, 0.01).score(input);
    INDArray dx = Nd4j.zeros(DataType.FLOAT, 4, 2);
    run.backward(
        RandomArrays.normal(Seeds.random(4), 12), dx, inner.parameters().zeroGradients());
    INDArray exactX = x.castTo(DataType.DOUBLE);
    GatePass exact =
        InputJitter.of(inner, 0.01).score(TokenBatch.training(exactX, new SplittableRandom(3)));
    INDArray exactDx = Nd4j.zeros(DataType.DOUBLE, 4, 2);
    exact.backward(
        RandomArrays.normal(Seeds.random(4), 12), exactDx, inner.parameters().zeroGradients());
    assertNear("logits", exact.logits().toArray(), run.logits().toArray(), 1e-6);
    assertNear("dx", exactDx, dx.castTo(DataType.DOUBLE), 1e-6);
  }

  @Test
  void forward_layerInTraining_expertsSeeCleanTokens() {
    ExpertOptions options = ExpertOptions.of(3, 4, 2).withDataType(DataType.DOUBLE);
    GluExperts experts = GluExperts.create(options, 1);
    RandomArrays.fill(experts.parameters(), Seeds.random(1), 0.8);
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 3, 4);
    Gate gate = InputJitter.of(LinearGate.of(weight), 0.9);
    MoeLayer layer = MoeLayer.of(GatedRouter.of(gate, TopK.of(2)), experts);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 6, 4);
    try (MoePass pass = layer.forward(TokenBatch.training(x, new SplittableRandom(4)))) {
      double[][] expected = NaiveMoe.of(experts.parameters(), Activation.SILU)
          .forward(x.toDoubleMatrix(), pass.decision().assignments());
      assertNear("y", expected, pass.y(), 1e-12);
    }
  }

  @Test
  void any_shapeAndParameters_thoseOfTheGate() {
    LinearGate inner = LinearGate.create(3, 2, DataType.FLOAT, 1);
    InputJitter gate = InputJitter.of(inner, 0.01);
    assertEquals(3, gate.experts());
    assertEquals(2, gate.modelWidth());
    assertSame(inner.parameters(), gate.parameters());
  }

  @Test
  void backward_noTokens_isThatOfTheGate() {
    LinearGate gate = LinearGate.create(3, 2, DataType.DOUBLE, 1);
    INDArray none = Nd4j.create(DataType.DOUBLE, 0, 2);
    GatePass run =
        InputJitter.of(gate, 0.5).score(TokenBatch.training(none, new RecordedUniforms()));
    assertThrows(
        IllegalArgumentException.class,
        () -> run.backward(new double[1], none, gate.parameters().zeroGradients()));
  }

  @Test
  void any_wrongUse_messageNamesIt() {
    LinearGate inner = LinearGate.create(3, 2, DataType.FLOAT, 1);
    assertRefused("epsilon must be in [0, 1) but was 1.0", () -> InputJitter.of(inner, 1));
    assertRefused("epsilon must be in [0, 1) but was NaN", () -> InputJitter.of(inner, Double.NaN));
    assertRefused(
        "InputJitter draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> InputJitter.of(inner, 0.01)
            .score(TokenBatch.training(Nd4j.zeros(DataType.FLOAT, 1, 2))));
  }
}
