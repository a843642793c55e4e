package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class NormalizedGateTest {
  private static NormalizedGate random(int experts, int width) {
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), experts, width);
    INDArray scale = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), width);
    return NormalizedGate.gemma4(RmsNorm.of(scale, 1e-6), LinearGate.of(weight));
  }

  /** x = (3, 4) has the mean square 12.5; weight (2, 10), ε 0, factor ½: n = (3, 20)/√12.5. */
  @Test
  void score_oneToken_gateReadsItNormalized() {
    RmsNorm norm = RmsNorm.of(Nd4j.createFromArray(2.0, 10), 0);
    LinearGate gate = LinearGate.of(Nd4j.createFromArray(1.0, 1, 1, -1).reshape(2, 2));
    INDArray x = Nd4j.createFromArray(3.0, 4).reshape(1, 2);
    GatePass run = NormalizedGate.of(norm, 0.5, gate).score(TokenBatch.evaluation(x));
    double root = Math.sqrt(12.5);
    assertNear("logits", new double[] {23 / root, -17 / root}, run.logits().toArray(), 1e-14);
    assertNear("x", new double[] {3, 4}, Near.values(x), 0);
  }

  @Test
  void backward_padding_matchesDifferences() {
    NormalizedGate gate = random(3, 4);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 5, 4);
    TokenMask mask = TokenMask.of(true, true, false, true, true);
    TokenBatch input = TokenBatch.training(x).withMask(mask);
    double[] weight = RandomArrays.normal(Seeds.random(4), 15);
    for (int e = 0; e < 3; e++) {
      weight[2 * 3 + e] = 0;
    }
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 5, 4);
    Gradients into = gate.parameters().zeroGradients();
    gate.score(input).backward(weight, dx, into);
    assertAllZero("dx of padding", Near.matrix(dx)[2]);
    GradientCheck.of(() -> GradientCheck.weightedSum(gate.score(input).logits().toArray(), weight))
        .add("x", x, dx)
        .addAll(gate.parameters(), into)
        .assertCorrect();
  }

  @Test
  void score_noTokens_noScores() {
    NormalizedGate gate = random(3, 4);
    INDArray none = Nd4j.create(DataType.DOUBLE, 0, 4);
    GatePass run = gate.score(TokenBatch.training(none));
    run.backward(
        new double[0], Nd4j.create(DataType.DOUBLE, 0, 4), gate.parameters().zeroGradients());
    assertEquals(0, run.logits().tokens());
  }

  @Test
  void gemma4_factorOneByTheRootOfTheWidth() {
    RmsNorm norm = RmsNorm.of(Nd4j.createFromArray(1.0, 1, 1, 1), 0);
    LinearGate gate = LinearGate.of(Nd4j.ones(DataType.DOUBLE, 3, 4));
    NormalizedGate normalized = NormalizedGate.gemma4(norm, gate);
    assertEquals(3, normalized.experts());
    assertEquals(4, normalized.modelWidth());
    // n = (1, 1, 1, 1), times ½, summed
    INDArray x = Nd4j.ones(DataType.DOUBLE, 1, 4);
    GatePass run = normalized.score(TokenBatch.evaluation(x));
    assertNear("logits", new double[] {2, 2, 2}, run.logits().toArray(), 1e-14);
  }

  @Test
  void any_parameters_thoseOfGateAndNorm() {
    assertEquals(
        List.of("weight", "norm.weight"), List.copyOf(random(3, 4).parameters().names()));
  }

  @Test
  void of_otherWidths_messageNamesBoth() {
    RmsNorm norm = RmsNorm.create(3, 0, DataType.FLOAT);
    LinearGate gate = LinearGate.create(2, 4, DataType.FLOAT, 1);
    assertEquals(
        "norm and gate differ in model width: 3 != 4",
        assertThrows(IllegalArgumentException.class, () -> NormalizedGate.of(norm, 1, gate))
            .getMessage());
  }
}
