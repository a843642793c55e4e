package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The expected numbers follow torch's formulas step by step for one scalar. */
class UpdateRuleTest {
  private static final double[] GRADIENTS = {0.5, -0.25, 0, 0.125};

  private static double[] run(UpdateRule rule, double rate) {
    double[] parameter = {1};
    double[][] moments = new double[rule.moments().size()][1];
    double[] path = new double[GRADIENTS.length];
    for (int t = 0; t < GRADIENTS.length; t++) {
      rule.update(rate, t + 1, parameter, new double[] {GRADIENTS[t]}, moments);
      path[t] = parameter[0];
    }
    return path;
  }

  @Test
  void sgd_plain_subtractsRateTimesGradient() {
    assertArrayEquals(new double[] {0.95, 0.975, 0.975, 0.9625}, run(Sgd.plain(), 0.1), 1e-15);
  }

  @Test
  void sgd_momentum_keepsMovingWithoutGradient() {
    // buffers 0.5, 0.9·0.5 − 0.25 = 0.2, 0.18, 0.162 + 0.125 = 0.287
    double[] expected = {0.95, 0.93, 0.912, 0.8833};
    assertArrayEquals(expected, run(Sgd.momentum(0.9), 0.1), 1e-15);
  }

  @Test
  void sgd_nesterovWithDecay_looksAhead() {
    double p = 1;
    double b = 0;
    double[] expected = new double[4];
    for (int t = 0; t < 4; t++) {
      double g = GRADIENTS[t] + 0.01 * p;
      b = t == 0 ? g : 0.8 * b + g;
      p -= 0.1 * (g + 0.8 * b);
      expected[t] = p;
    }
    assertArrayEquals(expected, run(new Sgd(0.8, 0, true, 0.01), 0.1), 1e-15);
  }

  @Test
  void sgd_dampening_notInTheFirstStep() {
    // buffers 0.5, 0.5·0.5 − 0.75·0.25 = 0.0625
    double[] path = run(new Sgd(0.5, 0.25, false, 0), 0.1);
    assertEquals(0.95, path[0], 1e-15);
    assertEquals(0.95 - 0.00625, path[1], 1e-15);
  }

  @Test
  void adam_anyStep_isBiasCorrected() {
    double p = 1;
    double m = 0;
    double v = 0;
    double[] expected = new double[4];
    for (int t = 1; t <= 4; t++) {
      double g = GRADIENTS[t - 1] + 0.02 * p;
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      p -= 0.1 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-3);
      expected[t - 1] = p;
    }
    assertArrayEquals(expected, run(new Adam(0.9, 0.99, 1e-3, 0.02), 0.1), 1e-14);
  }

  @Test
  void adamW_zeroGradients_decaysTheWeightAlone() {
    double[] parameter = {2};
    AdamW.of(0.5).update(0.1, 1, parameter, new double[] {0}, new double[2][1]);
    assertEquals(2 * (1 - 0.05), parameter[0], 1e-15);
  }

  @Test
  void adamW_withoutDecay_isAdam() {
    assertArrayEquals(run(Adam.usual(), 0.1), run(AdamW.of(0), 0.1));
  }

  @Test
  void options_outOfRange_areErrors() {
    assertThrows(IllegalArgumentException.class, () -> new Sgd(1, 0, false, 0));
    assertThrows(IllegalArgumentException.class, () -> new Sgd(0, 0, true, 0));
    assertThrows(IllegalArgumentException.class, () -> new Sgd(0, 0, false, -1));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 0.9, 1e-8, 0));
    assertThrows(IllegalArgumentException.class, () -> new AdamW(0.9, Double.NaN, 1e-8, 0));
    assertThrows(IllegalArgumentException.class, () -> AdamW.of(-0.1));
  }

  @Test
  void name_ofEachRule_isThatOfCheckpoints() {
    assertEquals("sgd", Sgd.momentum(0.5).name());
    assertEquals("adam", Adam.usual().name());
    assertEquals("adamw", AdamW.of(0.1).name());
  }

  private static NamedArrays model(DataType type) {
    return NamedArrays.builder()
        .add("gate.weight", RandomArrays.of(type, new double[] {1, 2, 3, 4, 5, 6}, 2, 3))
        .add("gate.bias", RandomArrays.of(type, new double[] {1, -1}, 2))
        .add("out.weight", RandomArrays.of(type, new double[] {3, 4}, 1, 1, 2))
        .build();
  }

  private static void step(NamedArrays parameters, Optimizer optimizer, double gradient) {
    Gradients gradients = parameters.zeroGradients();
    gradients.forEach((name, array) -> array.assign(gradient));
    optimizer.step(gradients);
  }

  @Test
  void optimizer_groups_haveTheirOwnRuleAndRate() {
    NamedArrays parameters = model(DataType.DOUBLE);
    Optimizer optimizer = Optimizer.builder(parameters)
        .group(name -> name.endsWith("bias"), Sgd.plain(), LearningRate.constant(0))
        .group("gate", Sgd.plain(), LearningRate.constant(1))
        .rest(AdamW.of(0), LearningRate.constant(0.1))
        .build();
    step(parameters, optimizer, 1);
    Near.assertNear("bias", new double[] {1, -1}, Near.values(parameters.get("gate.bias")), 0);
    double[] gate = {0, 1, 2, 3, 4, 5};
    Near.assertNear("gate", gate, Near.values(parameters.get("gate.weight")), 1e-15);
    double[] out = {2.9, 3.9};
    Near.assertNear("out", out, Near.values(parameters.get("out.weight")), 1e-8);
    assertEquals(
        Set.of("out.weight.exp_avg", "out.weight.exp_avg_sq"), optimizer.state().names());
  }

  @Test
  void optimizer_parameterInNoGroup_isAnError() {
    NamedArrays parameters = model(DataType.DOUBLE);
    Optimizer.Builder builder =
        Optimizer.builder(parameters).group("gate", Sgd.plain(), LearningRate.constant(1));
    String message =
        assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    assertEquals("every parameter must be in a group but [out.weight] are in none", message);
    assertThrows(
        IllegalArgumentException.class,
        () -> builder.group("gate", Sgd.plain(), LearningRate.constant(1)));
  }

  @Test
  void optimizer_restored_continuesBitForBit() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      NamedArrays parameters = model(type);
      LearningRate rate = LearningRate.cosine(0.1, 0.01, 6).withWarmup(2);
      Optimizer optimizer = Optimizer.of(parameters, AdamW.of(0.1), rate);
      step(parameters, optimizer, 0.3);
      step(parameters, optimizer, -0.2);
      Checkpoint.Builder builder = Checkpoint.builder().parameters("model", parameters);
      optimizer.addTo(builder, "optimizer");
      Checkpoint saved = builder.build();
      step(parameters, optimizer, 0.1);

      NamedArrays other = model(type);
      Optimizer resumed = Optimizer.of(other, AdamW.of(0.1), rate);
      saved.into("model", other);
      resumed.restore(saved, "optimizer");
      step(other, resumed, 0.1);
      other.forEach((name, array) ->
          assertArrayEquals(Near.values(parameters.get(name)), Near.values(array), name));
      Optimizer sgd = Optimizer.of(other, Sgd.plain(), rate);
      assertThrows(IllegalArgumentException.class, () -> sgd.restore(saved, "optimizer"));
    }
  }

  /** Divides what is left of a row by its length. */
  private static final class ByLength implements UpdateRule {
    @Override
    public String name() {
      return "by-length";
    }

    @Override
    public List<String> moments() {
      return List.of();
    }

    @Override
    public void update(
        double rate, long step, double[] parameter, double[] gradient, double[][] moments) {
      for (int i = 0; i < parameter.length; i++) {
        parameter[i] = (parameter[i] - rate * gradient[i]) / parameter.length;
      }
    }
  }

  @Test
  void optimizer_ownRule_seesRowsOfTheLastAxis() {
    NamedArrays parameters = model(DataType.DOUBLE);
    step(parameters, Optimizer.of(parameters, new ByLength(), 1), 1);
    double[] weight = {0, 1 / 3.0, 2 / 3.0, 1, 4 / 3.0, 5 / 3.0};
    Near.assertNear("gate", weight, Near.values(parameters.get("gate.weight")), 1e-15);
    Near.assertNear("bias", new double[] {0, -1}, Near.values(parameters.get("gate.bias")), 0);
    Near.assertNear("out", new double[] {1, 1.5}, Near.values(parameters.get("out.weight")), 0);
  }

  @Test
  void optimizer_parameterWithoutAxes_isUpdated() {
    NamedArrays parameters =
        NamedArrays.builder().add("scale", Nd4j.scalar(DataType.DOUBLE, 3)).build();
    Optimizer optimizer = Optimizer.of(parameters, Sgd.momentum(0.5), 0.25);
    step(parameters, optimizer, 2);
    assertEquals(2.5, parameters.get("scale").getDouble(0));
    step(parameters, optimizer, 2); // the buffer is 3
    assertEquals(1.75, parameters.get("scale").getDouble(0));
  }
}
