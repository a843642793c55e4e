package io.github.moe4j.core.lora;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link LoraExperts} of few rows, against differences and plain loops. */
@ExtendWith(Seeds.class)
class LoraGradientTest {
  private static final int D = 3;
  private static final int H = 2;

  /** The second of three experts has no rows. */
  private static final int[] START = {0, 2, 2, 3};

  private static final int ROWS = 3;

  static Stream<LoraExperts> experts() {
    ExpertOptions options =
        ExpertOptions.of(3, D, H).withBiases(true).withDataType(DataType.DOUBLE);
    LoraOptions all = LoraOptions.of(2, 3).withSeed(1);
    return Stream.of(
        LoraExperts.of(GluExperts.create(options, 1), all),
        LoraExperts.of(GluExperts.create(options, 1).withDropout(0.3), all.withDropout(0.4)),
        LoraExperts.of(
            GluExperts.create(ClampedSwiGlu.gptOss(), options, 1),
            all.withTargets(LoraTarget.EXPERT_GATE)),
        LoraExperts.of(
            FfnExperts.create(options.withBiases(false).withActivation(Activation.GELU), 1),
            all.withTargets(LoraTarget.EXPERT_UP, LoraTarget.EXPERT_DOWN).withDropout(0.4)));
  }

  private static INDArray rows(long salt) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), ROWS, D);
  }

  /** Every pass draws the same numbers. */
  private static PassMode mode() {
    return PassMode.training(new SplittableRandom(5));
  }

  private static double[] outputs(Experts experts, INDArray x) {
    try (Arena.Scope scope = new Arena().open()) {
      return Near.values(experts.run(x, START, mode(), scope).y());
    }
  }

  private static INDArray backward(Experts experts, INDArray x, INDArray dy, Gradients into) {
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, ROWS, D);
    try (Arena.Scope scope = new Arena().open()) {
      experts.run(x, START, mode(), scope).backward(dy, dx, into);
    }
    return dx;
  }

  @ParameterizedTest
  @MethodSource("experts")
  void backward_fewRows_isTheGradient(LoraExperts experts) {
    RandomArrays.fill(experts.base().parameters(), Seeds.random(1), 0.7);
    RandomArrays.fill(experts.parameters(), Seeds.random(2), 0.7);
    INDArray x = rows(3);
    double[] before = Near.values(x);
    INDArray dy = rows(4);
    Gradients into = experts.parameters().zeroGradients();
    INDArray dx = backward(experts, x, dy, into);
    Near.assertSameBits("x after backward", before, Near.values(x));
    GradientCheck.of(() -> GradientCheck.weightedSum(outputs(experts, x), Near.values(dy)))
        .add("x", x, dx)
        .addAll(experts.parameters(), into)
        .assertCorrect();
    Frozen.assertRestUnchanged(experts.parameters(), some -> backward(experts, x, dy, some));
  }

  /** A uniform number per input of the up adapters, row by row, then per input of the down adapters; W sees all inputs. */
  @Test
  void run_dropout_dropsInputsOfAdaptersOnly() {
    ExpertOptions options =
        ExpertOptions.of(3, D, H).withActivation(Activation.SILU).withDataType(DataType.DOUBLE);
    FfnExperts base = FfnExperts.create(options, 1);
    double rate = 0.4;
    LoraExperts experts = LoraExperts.of(
        base,
        LoraOptions.of(2, 3)
            .withTargets(LoraTarget.EXPERT_UP, LoraTarget.EXPERT_DOWN)
            .withDropout(rate));
    RandomArrays.fill(experts.parameters(), Seeds.random(2), 0.7);
    INDArray x = rows(3);
    SplittableRandom random = new SplittableRandom(5);
    double[][] keptX = factors(random, D, rate);
    double[][] keptHidden = factors(random, H, rate);
    double[][] expected = new double[ROWS][];
    for (int r = 0; r < ROWS; r++) {
      int expert = r < START[1] ? 0 : 2;
      double[] row = {x.getDouble(r, 0), x.getDouble(r, 1), x.getDouble(r, 2)};
      double[] hidden = project(experts, "up", expert, row, keptX[r]);
      for (int h = 0; h < H; h++) {
        hidden[h] /= 1 + Math.exp(-hidden[h]);
      }
      expected[r] = project(experts, "down", expert, hidden, keptHidden[r]);
    }
    double[] y = outputs(experts, x);
    Near.assertNear("y", Near.flatten(expected), y, 1e-13);
    assertFalse(Stream.of(keptX).flatMapToDouble(Arrays::stream).allMatch(f -> f > 0));
  }

  private static double[][] factors(SplittableRandom random, int width, double rate) {
    double[][] factors = new double[ROWS][width];
    for (double[] row : factors) {
      for (int i = 0; i < width; i++) {
        row[i] = random.nextDouble() < rate ? 0 : 1 / (1 - rate);
      }
    }
    return factors;
  }

  /** {@code W·x + s·B·A·(factors·x)}. */
  private static double[] project(
      LoraExperts experts, String name, int expert, double[] x, double[] factors) {
    LoraPair pair = experts.pairs().get(name);
    INDArray weight = experts.base().parameters().get(name + ".weight");
    double[] y = new double[(int) weight.size(1)];
    for (int o = 0; o < y.length; o++) {
      for (int i = 0; i < x.length; i++) {
        double product = 0;
        for (int k = 0; k < pair.rank(); k++) {
          product += pair.b().getDouble(expert, o, k) * pair.a().getDouble(expert, k, i);
        }
        y[o] += weight.getDouble(expert, o, i) * x[i] + pair.scale() * product * factors[i] * x[i];
      }
    }
    return y;
  }
}
