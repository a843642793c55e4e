package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class UpcyclingTest {
  private static final int D = 4;

  private static Experts network(boolean gated, DataType type) {
    ExpertOptions options = ExpertOptions.of(1, D, 6).withBiases(true).withDataType(type);
    Experts network = gated ? GluExperts.create(options, 1) : FfnExperts.create(options, 1);
    RandomArrays.fill(network.parameters(), Seeds.random(2), 0.6);
    return network;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void experts_weightsSumToOneNoDrops_isTheDenseLayer(boolean gated) {
    DenseFeedForward dense = DenseFeedForward.of(network(gated, DataType.DOUBLE));
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 3, D);
    // all experts chosen: the softmax weights sum to 1
    MoeLayer layer =
        MoeLayer.of(FixedRouter.of(gate, new int[] {2, 0, 1}), Upcycling.experts(dense, 3));
    TokenBatch input =
        TokenBatch.evaluation(RandomArrays.normal(DataType.DOUBLE, Seeds.random(4), 17, D));
    try (MoePass sparse = layer.forward(input);
        FeedForwardPass plain = dense.forward(input)) {
      assertNear("y", plain.y(), sparse.y(), 1e-12);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void experts_noNoise_sameBitsInEachAndNewArrays(boolean gated) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      Experts network = network(gated, type);
      Experts copies = Upcycling.experts(network, 4, 0, 99);
      assertEquals(network.getClass(), copies.getClass());
      assertEquals(4, copies.experts());
      assertEquals(network.parameters().names(), copies.parameters().names());
      network.parameters().forEach((name, array) -> {
        INDArray many = copies.parameters().get(name);
        assertEquals(1, array.size(0), name);
        assertNotSame(array, many);
        for (int e = 0; e < 4; e++) {
          assertSameBits(name, values(array), values(many.slice(e)));
        }
      });
      INDArray before = network.parameters().get("up.weight").dup();
      copies.parameters().get("up.weight").assign(0);
      assertSameBits("up.weight", before, network.parameters().get("up.weight"));
    }
  }

  @Test
  void experts_noise_byHand() {
    // up = (1, 3): mean 2, standard deviation 1; down = (0, 0): deviation 0
    FfnExperts network = FfnExperts.of(
        Activation.RELU,
        Nd4j.createFromArray(1.0, 3.0).reshape('c', 1, 2, 1),
        Nd4j.createFromArray(7.0, 9.0).reshape('c', 1, 2),
        Nd4j.zeros(DataType.DOUBLE, 1, 1, 2),
        null);
    NamedArrays copies = Upcycling.experts(network, 2, 0.1, 5).parameters();
    SplittableRandom random = new SplittableRandom(5);
    double[] z =
        DoubleStream.generate(() -> InverseSampling.normal(random)).limit(4).toArray();
    double[] expected = {1 + 0.1 * z[0], 3 + 0.1 * z[1], 1 + 0.1 * z[2], 3 + 0.1 * z[3]};
    assertNear("up", expected, values(copies.get("up.weight")), 1e-15);
    assertArrayEquals(new double[] {7, 9, 7, 9}, values(copies.get("up.bias")));
    assertArrayEquals(new double[4], values(copies.get("down.weight")));
  }

  /** The biases between two weights take no numbers of the noise. */
  @Test
  void experts_noiseBesideBiases_oneNumberForEachWeightAlone() {
    // up = (1, 3) and down = (2, 6): means 2 and 4, standard deviations 1 and 2
    FfnExperts network = FfnExperts.of(
        Activation.RELU,
        Nd4j.createFromArray(1.0, 3.0).reshape('c', 1, 2, 1),
        Nd4j.createFromArray(7.0, 9.0).reshape('c', 1, 2),
        Nd4j.createFromArray(2.0, 6.0).reshape('c', 1, 1, 2),
        null);
    NamedArrays copies = Upcycling.experts(network, 1, 0.1, 5).parameters();
    SplittableRandom random = new SplittableRandom(5);
    double[] z =
        DoubleStream.generate(() -> InverseSampling.normal(random)).limit(4).toArray();
    double[] up = {1 + 0.1 * z[0], 3 + 0.1 * z[1]};
    double[] down = {2 + 0.2 * z[2], 6 + 0.2 * z[3]};
    assertNear("up", up, values(copies.get("up.weight")), 1e-15);
    assertNear("down", down, values(copies.get("down.weight")), 1e-15);
  }

  /** Squares of the weights themselves would lose all digits of the deviation. */
  @Test
  void experts_noiseOnNearlyEqualWeights_hasTheirDeviation() {
    // 1e8 + (0, 1, 3): the mean is 1e8 + 4/3, the variance (16 + 1 + 25)/27 = 14/9
    FfnExperts network = FfnExperts.of(
        Activation.RELU,
        Nd4j.createFromArray(1e8, 1e8 + 1, 1e8 + 3).reshape('c', 1, 3, 1),
        null,
        Nd4j.zeros(DataType.DOUBLE, 1, 1, 3),
        null);
    double[] copy = values(Upcycling.experts(network, 1, 1, 5).parameters().get("up.weight"));
    SplittableRandom random = new SplittableRandom(5);
    double deviation = Math.sqrt(14 / 9.0);
    assertEquals(deviation * InverseSampling.normal(random), copy[0] - 1e8, 1e-6);
    assertEquals(1 + deviation * InverseSampling.normal(random), copy[1] - 1e8, 1e-6);
    assertEquals(3 + deviation * InverseSampling.normal(random), copy[2] - 1e8, 1e-6);
  }

  @Test
  void experts_noise_copiesDifferBySizeOfWeights() {
    Experts network = network(true, DataType.DOUBLE);
    INDArray original = network.parameters().get("gate.weight");
    INDArray noisy = Upcycling.experts(network, 40, 0.5, 5).parameters().get("gate.weight");
    double sum = 0;
    for (int e = 0; e < 40; e++) {
      double norm = noisy.slice(e).sub(original.slice(0)).norm2Number().doubleValue();
      assertTrue(norm > 0);
      sum += norm * norm;
    }
    double deviation = Math.sqrt(sum / noisy.length());
    // 960 draws: good to about 1/√1920 = 2.3 %
    assertEquals(0.5 * original.std(false).getDouble(0), deviation, 0.1 * deviation);
  }

  @Test
  void experts_dropoutAndCombination_kept() {
    GluExperts network =
        GluExperts.create(ClampedSwiGlu.gptOss(), ExpertOptions.of(1, D, 6), 1).withDropout(0.5);
    Experts copies = Upcycling.experts(network, 2);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 3, D);
    ExpertsCheck.Outcome one =
        ExpertsCheck.run(network, x, x, PassMode.training(new SplittableRandom(1)), 3);
    ExpertsCheck.Outcome two =
        ExpertsCheck.run(copies, x, x, PassMode.training(new SplittableRandom(1)), 0, 3);
    assertSameBits("y", one.y(), two.y());
  }

  @Test
  void network_ofDense_isTheOneGiven() {
    Experts network = network(true, DataType.FLOAT);
    assertSame(network, DenseFeedForward.of(network).network());
  }

  @Test
  void experts_wrongArguments_messageNamesRuleAndValue() {
    Experts network = network(true, DataType.FLOAT);
    assertMessage(
        "a network to be upcycled must have 1 expert but had 3",
        () -> Upcycling.experts(Upcycling.experts(network, 3), 2));
    assertMessage("experts must be at least 1 but was 0", () -> Upcycling.experts(network, 0));
    assertMessage(
        "noise must be at least 0 but was -0.1", () -> Upcycling.experts(network, 2, -0.1, 1));
    assertMessage(
        "a network to be upcycled must be FfnExperts or GluExperts but was CopyExperts",
        () -> Upcycling.experts(new CopyExperts(1, D, DataType.FLOAT), 2));
    DenseFeedForward gated = DenseFeedForward.gated(network, Nd4j.zeros(DataType.FLOAT, 1, D));
    assertMessage(
        "a dense layer must have no gate to be upcycled but had one",
        () -> Upcycling.experts(gated, 2));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
