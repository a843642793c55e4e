package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link FfnExperts#withDropout} and {@link GluExperts#withDropout}. */
@ExtendWith(Seeds.class)
class ExpertDropoutTest {
  private static final ExpertOptions OPTIONS =
      ExpertOptions.of(3, 4, 6).withBiases(true).withDataType(DataType.DOUBLE);

  private static Experts experts(boolean gated, double rate) {
    Experts experts = gated
        ? GluExperts.create(OPTIONS, 1).withDropout(rate)
        : FfnExperts.create(OPTIONS, 1).withDropout(rate);
    RandomArrays.fill(experts.parameters(), Seeds.random(2), 0.6);
    return experts;
  }

  /** Gives 0.1, 0.9, 0.1, 0.9 … and counts. */
  private static final class Alternating implements RandomGenerator {
    private int draws;

    @Override
    public long nextLong() {
      throw new AssertionError("only uniform numbers may be drawn");
    }

    @Override
    public double nextDouble() {
      return draws++ % 2 == 0 ? 0.1 : 0.9;
    }
  }

  @Test
  void run_training_byHand() {
    // H = 4, x = 1: hidden relu(1, 2, 3, 4); draws 0.1, 0.9, 0.1, 0.9 with rate 0.2 drop the first
    // and third; the others times 1/0.8; down sums: (2 + 4)/0.8 = 7.5
    INDArray up = Nd4j.createFromArray(1.0, 2.0, 3.0, 4.0).reshape('c', 1, 4, 1);
    INDArray down = Nd4j.ones(DataType.DOUBLE, 1, 1, 4);
    FfnExperts experts = FfnExperts.of(Activation.RELU, up, null, down, null).withDropout(0.2);
    INDArray x = Nd4j.ones(DataType.DOUBLE, 1, 1);
    Alternating random = new Alternating();
    ExpertsCheck.Outcome outcome = ExpertsCheck.run(experts, x, x, PassMode.training(random), 1);
    assertEquals(7.5, outcome.y().getDouble(0), 1e-13);
    assertEquals(7.5, outcome.dxR().getDouble(0), 1e-13);
    assertNear(
        "dDown", new double[] {0, 2.5, 0, 5}, values(outcome.into().get("down.weight")), 1e-13);
    assertNear(
        "dUp", new double[] {0, 1.25, 0, 1.25}, values(outcome.into().get("up.weight")), 1e-13);
    assertEquals(4, random.draws);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void run_training_oneDrawForEachHiddenValue(boolean gated) {
    Alternating random = new Alternating();
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 5, 4);
    ExpertsCheck.run(experts(gated, 0.4), x, x, PassMode.training(random), 2, 0, 3);
    assertEquals(5 * 6, random.draws);
    INDArray none = Nd4j.create(DataType.DOUBLE, 0, 4);
    ExpertsCheck.run(experts(gated, 0.4), none, none, PassMode.training(random), 0, 0, 0);
    assertEquals(5 * 6, random.draws);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void backward_training_matchesDifferences(boolean gated) {
    for (int[] load : new int[][] {{0, 0, 0}, {0, 1, 0}, {3, 0, 1}, {0, 17, 0}}) {
      ExpertsCheck.gradients(
          experts(gated, 0.4), () -> PassMode.training(new SplittableRandom(9)), load);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void run_evaluationOrRateZero_sameAsWithout(boolean gated) {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 5, 4);
    ExpertsCheck.Outcome plain =
        ExpertsCheck.run(experts(gated, 0), x, x, PassMode.training(), 2, 0, 3);
    ExpertsCheck.Outcome evaluation =
        ExpertsCheck.run(experts(gated, 0.4), x, x, PassMode.evaluation(), 2, 0, 3);
    assertSameBits("y", plain.y(), evaluation.y());
    assertSameBits("dxR", plain.dxR(), evaluation.dxR());
  }

  @Test
  void run_manyRows_keepsTheShareAndTheMean() {
    // 400 rows of 50 hidden ones, down sums them: the mean of y/50 is 1 up to noise, and the
    // standard deviation of a kept-or-dropped value is √(0.4/0.6) = 0.82, over √20000 draws 0.0058
    INDArray up = Nd4j.ones(DataType.FLOAT, 1, 50, 1);
    INDArray down = Nd4j.ones(DataType.FLOAT, 1, 1, 50).muli(1 / 50.0);
    FfnExperts experts = FfnExperts.of(Activation.RELU, up, null, down, null).withDropout(0.4);
    INDArray x = Nd4j.ones(DataType.FLOAT, 400, 1);
    INDArray y = ExpertsCheck.run(experts, x, x, PassMode.training(new SplittableRandom(5)), 400)
        .y();
    assertEquals(1, y.meanNumber().doubleValue(), 0.03);
  }

  @Test
  void run_sameSeed_sameBitsWhateverTheThreads() {
    ExpertOptions options = ExpertOptions.of(1, 8, 64);
    GluExperts experts = GluExperts.create(options, 1).withDropout(0.3);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 600, 8);
    ExpertsCheck.Outcome all =
        ExpertsCheck.run(experts, x, x, PassMode.training(new SplittableRandom(5)), 600);
    ExpertsCheck.Outcome again =
        ExpertsCheck.run(experts, x, x, PassMode.training(new SplittableRandom(5)), 600);
    assertSameBits("y", all.y(), again.y());
    assertSameBits("dxR", all.dxR(), again.dxR());
  }

  @Test
  void withDropout_parametersShared() {
    FfnExperts plain = FfnExperts.create(OPTIONS, 1);
    GluExperts gated = GluExperts.create(OPTIONS, 1);
    assertSame(
        plain.parameters().get("up.weight"), plain.withDropout(0.1).parameters().get("up.weight"));
    assertSame(
        gated.parameters().get("up.weight"), gated.withDropout(0.1).parameters().get("up.weight"));
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    FfnExperts plain = FfnExperts.create(OPTIONS, 1);
    assertMessage("dropout rate must be in [0, 1) but was 1.0", () -> plain.withDropout(1));
    assertMessage(
        "dropout rate must be in [0, 1) but was NaN", () -> plain.withDropout(Double.NaN));
    INDArray x = Nd4j.ones(DataType.DOUBLE, 3, 4);
    assertMessage(
        "expert dropout draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> ExpertsCheck.run(plain.withDropout(0.5), x, x, PassMode.training(), 1, 1, 1));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
