package io.github.moe4j.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Settings of Deeplearning4j that concern the selection bias, or the ranks of parameters. */
class NetworkSettingsTest {
  private final DataSet data = Networks.data(DataType.FLOAT, 64, 3);

  private static MoeDl4jLayer.Builder moe(String router) {
    return Networks.moe().router(router, 2);
  }

  private static MultiLayerNetwork network(MoeDl4jLayer.Builder moe) {
    return Networks.feedForward(DataType.FLOAT, new Adam(1e-2), moe.build());
  }

  /** The selection bias after an iteration. */
  private double[] bias(MoeDl4jLayer.Builder moe) {
    MultiLayerNetwork network = network(moe);
    network.fit(data);
    return network.getLayer(1).getParam("router.selectionBias").toDoubleVector();
  }

  @ParameterizedTest
  @ValueSource(strings = {"top-k", "deepseek-v3", "biased-top-k"})
  void setLearningRate_ofAllLayersInTraining_trainsOn(String router) {
    MultiLayerNetwork network = network(moe(router));
    network.fit(data);
    network.setLearningRate(1e-3);
    network.fit(data);
    assertEquals(1e-3, network.getLearningRate(1));
    network.setLearningRate(new ExponentialSchedule(ScheduleType.ITERATION, 0.01, 0.5));
    network.fit(data);
    assertTrue(Double.isFinite(network.score()));
  }

  @ParameterizedTest
  @EnumSource(names = {"ClipElementWiseAbsoluteValue", "ClipL2PerParamType"})
  void gradientNormalization_thresholdAboveTheStep_biasAsWithoutIt(GradientNormalization kind) {
    double[] expected = bias(moe("deepseek-v3"));
    assertTrue(Arrays.stream(expected).anyMatch(b -> b != 0), Arrays.toString(expected));
    assertArrayEquals(
        expected,
        bias(moe("deepseek-v3").gradientNormalization(kind).gradientNormalizationThreshold(0.01)));
  }

  @Test
  void gradientNormalization_clipL2PerLayer_shortensTheStepOfTheBias() {
    double[] whole = bias(moe("deepseek-v3"));
    double[] clipped = bias(moe("deepseek-v3")
        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
        .gradientNormalizationThreshold(1e-3));
    for (int e = 0; e < whole.length; e++) {
      assertTrue(Math.abs(clipped[e]) <= Math.abs(whole[e]), Arrays.toString(clipped));
    }
    assertFalse(Arrays.equals(whole, clipped), Arrays.toString(clipped));
  }

  @Test
  void maxNormConstraint_ofDimension1_holdsAndOfDimensionsThatTheRouterLacks_isAnError() {
    MultiLayerNetwork network =
        network(moe("top-k").constrainWeights(new MaxNormConstraint(0.1, 1)));
    network.fit(data);
    double norm =
        network.getLayer(1).getParam("router.weight").norm2(1).maxNumber().doubleValue();
    assertEquals(0.1, norm, 1e-3);
    MultiLayerNetwork wrong =
        network(moe("top-k").constrainWeights(new MaxNormConstraint(0.1, 1, 2)));
    assertThrows(RuntimeException.class, () -> wrong.fit(data));
  }
}
