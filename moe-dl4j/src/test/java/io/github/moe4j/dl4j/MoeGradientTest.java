package io.github.moe4j.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.Activation;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** DL4J's own gradient check: the gradients are those of the score, balance losses included. */
class MoeGradientTest {
  private static DataType before;

  @BeforeAll
  static void useDoubles() {
    before = Nd4j.dataType();
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void restore() {
    DataTypeUtil.setDTypeForContext(before);
    Nd4j.setDefaultDataTypes(before, before);
  }

  static Stream<MoeDl4jLayer> layers() {
    return Stream.of(
        Networks.moe().build(),
        Networks.moe().router("switch", 1).switchLoss(0.5).zLoss(0.3).build(),
        Networks.moe().residual(true).sharedHidden(3).switchLoss(0.1).l2(0.01).build(),
        Networks.moe()
            .router(RouterSpec.of("top-k", 3))
            .ffn(5, Activation.GELU)
            .sharedExpert(new SharedExpertSpec(ExpertSpec.ffn(3, Activation.SILU), true))
            .build(),
        Networks.moe().router("cosine", 2).build(),
        Networks.moe().router("expert-choice", 2).zLoss(0.2).build(),
        Networks.moe().router("remoe", 2).build());
  }

  /** Some values of each parameter against finite differences of the score. */
  private static GradientCheckUtil.MLNConfig check(MultiLayerNetwork network, DataSet data) {
    return new GradientCheckUtil.MLNConfig()
        .net(network)
        .input(data.getFeatures())
        .labels(data.getLabels())
        .subset(true)
        .maxPerParam(8)
        .epsilon(1e-6)
        .maxRelError(1e-4)
        .minAbsoluteError(1e-8);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradient_ofFeedForward_isThatOfTheScore(MoeDl4jLayer moe) {
    MultiLayerNetwork network = Networks.checked(moe);
    DataSet data = Networks.data(DataType.DOUBLE, 9, 3);
    assertTrue(GradientCheckUtil.checkGradients(check(network, data)));
  }

  @Test
  void gradient_withoutMiniBatch_isThatOfTheScore() {
    MultiLayerNetwork network = new MultiLayerNetwork(Networks.settings(DataType.DOUBLE, new NoOp())
        .miniBatch(false)
        .list()
        .layer(Networks.moe().switchLoss(2).build())
        .layer(new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(Networks.CLASSES)
            .activation(org.nd4j.linalg.activations.Activation.SOFTMAX)
            .build())
        .setInputType(InputType.feedForward(5))
        .build());
    network.init();
    DataSet data = Networks.data(DataType.DOUBLE, 7, 4);
    assertTrue(GradientCheckUtil.checkGradients(check(network, data)));
  }

  @Test
  void gradient_ofMaskedSequences_isThatOfTheScore() {
    for (boolean residual : new boolean[] {false, true}) {
      MoeDl4jLayer moe = Networks.moe()
          .residual(residual)
          .balance("per-sequence", 0.5)
          .zLoss(0.2)
          .build();
      MultiLayerNetwork network = Networks.sequences(DataType.DOUBLE, new NoOp(), moe);
      DataSet data = Networks.sequenceData(DataType.DOUBLE, 4, 5, 8);
      assertTrue(GradientCheckUtil.checkGradients(check(network, data)
          .inputMask(data.getFeaturesMaskArray())
          .labelMask(data.getLabelsMaskArray())));
    }
  }

  @Test
  void gradient_inAGraphWithResidualVertex_isThatOfTheScore() {
    ComputationGraph graph = new ComputationGraph(Networks.settings(DataType.DOUBLE, new NoOp())
        .graphBuilder()
        .addInputs("in")
        .addLayer("moe", Networks.moe().switchLoss(0.5).build(), "in")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "in", "moe")
        .addLayer("moe2", Networks.moe().residual(true).zLoss(0.3).build(), "sum")
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(Networks.CLASSES)
                .activation(org.nd4j.linalg.activations.Activation.SOFTMAX)
                .build(),
            "moe2")
        .setOutputs("out")
        .setInputTypes(InputType.feedForward(5))
        .build());
    graph.init();
    DataSet data = Networks.data(DataType.DOUBLE, 6, 5);
    assertTrue(GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig()
        .net(graph)
        .inputs(new INDArray[] {data.getFeatures()})
        .labels(new INDArray[] {data.getLabels()})
        .subset(true)
        .maxPerParam(8)
        .epsilon(1e-6)
        .maxRelError(1e-4)
        .minAbsoluteError(1e-8)));
  }

  @Test
  void gradient_withNoiseOfOneIteration_isThatOfTheScore() {
    MultiLayerNetwork network =
        Networks.checked(Networks.moe().router("noisy-top-k", 2).zLoss(0.1).build());
    DataSet data = Networks.data(DataType.DOUBLE, 9, 6);
    // The check itself scores in training, where the noise of an iteration is always the same.
    assertTrue(GradientCheckUtil.checkGradients(
        check(network, data).maxRelError(1e-3).minAbsoluteError(1e-7)));
  }

  @Test
  void gradient_besideASelectionBias_isThatOfTheScore() {
    MultiLayerNetwork network = Networks.checked(
        Networks.moe().router(RouterSpec.of("deepseek-v3", 2).withBiasRate(0)).build());
    DataSet data = Networks.data(DataType.DOUBLE, 9, 6);
    assertTrue(GradientCheckUtil.checkGradients(
        check(network, data).excludeParams(Set.of("1_router.selectionBias"))));
  }

  @Test
  void score_inTraining_isDataLossAndBalanceLoss() {
    DataSet data = Networks.data(DataType.DOUBLE, 9, 3);
    MultiLayerNetwork plain = Networks.checked(Networks.moe().build());
    MultiLayerNetwork balanced = Networks.checked(Networks.moe().switchLoss(0.5).build());
    double difference = balanced.score(data, true) - plain.score(data, true);
    assertEquals(((MoeNetworkLayer) balanced.getLayer(1)).balanceScore(), difference, 1e-12);
    assertTrue(difference >= 0.4, "balanced value is 0.5 but was " + difference);
    assertEquals(plain.score(data, false), balanced.score(data, false), 0);
  }
}
