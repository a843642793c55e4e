package io.github.moe4j.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertsCatalogue;
import io.github.moe4j.core.experts.ExpertsProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class MoeNetworkTest {

  private static MultiLayerNetwork network(MoeDl4jLayer moe) {
    return Networks.feedForward(DataType.FLOAT, new Adam(1e-2), moe);
  }

  private static MoeNetworkLayer moeOf(MultiLayerNetwork network) {
    return (MoeNetworkLayer) network.getLayer(1);
  }

  private static double[] bits(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  static Stream<String> routers() {
    return RouterSpec.names().stream();
  }

  @ParameterizedTest
  @MethodSource("routers")
  void router_ofEachName_trainsWithFiniteScoreAndSurvivesJson(String name) {
    MultiLayerNetwork network = network(Networks.moe().router(name, 2).build());
    DataSet data = Networks.data(DataType.FLOAT, 16, 1);
    network.fit(new ListDataSetIterator<>(data.asList(), 8), 2);
    assertTrue(Double.isFinite(network.score()), name);
    MultiLayerNetwork same = new MultiLayerNetwork(
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson()));
    same.init();
    same.setParams(network.params());
    assertArrayEquals(
        bits(network.output(data.getFeatures())), bits(same.output(data.getFeatures())));
  }

  @Test
  void output_ofTheLayer_isThatOfMoe4jOnTheSameWeights() {
    MultiLayerNetwork network = network(Networks.moe().build());
    INDArray x = Networks.random(DataType.FLOAT, 3, 7, Networks.WIDTH);
    MoeNetworkLayer layer = moeOf(network);
    INDArray y = layer.activate(x, false, LayerWorkspaceMgr.noWorkspaces());
    try (MoePass pass = layer.moe().forward(TokenBatch.evaluation(x))) {
      assertArrayEquals(bits(pass.y()), bits(y));
    }
    // The weights are views: what an updater does to the network's vector is seen at once.
    network.params().muli(0.5);
    assertNotEquals(
        bits(y)[0], bits(layer.activate(x, false, LayerWorkspaceMgr.noWorkspaces()))[0]);
  }

  @Test
  void paramTable_hasTheNamesOfMoe4j() {
    MultiLayerNetwork network = network(Networks.moe().sharedHidden(3).build());
    assertEquals(
        List.of(
            "router.weight",
            "experts.gate.weight",
            "experts.up.weight",
            "experts.down.weight",
            "shared.network.gate.weight",
            "shared.network.up.weight",
            "shared.network.down.weight"),
        List.copyOf(moeOf(network).paramTable().keySet()));
    assertArrayEquals(
        new long[] {4, 5, 6}, network.getParam("1_experts.up.weight").shape());
  }

  @Test
  void fit_withTheSameSeed_hasTheSameBits() {
    MoeDl4jLayer moe = Networks.moe().router("noisy-top-k", 2).noiseSeed(7).build();
    double[][] ends = new double[2][];
    for (int run = 0; run < 2; run++) {
      MultiLayerNetwork network = network((MoeDl4jLayer) moe.clone());
      network.fit(new ListDataSetIterator<>(Networks.data(DataType.FLOAT, 32, 1).asList(), 8), 3);
      ends[run] = bits(network.params());
    }
    assertArrayEquals(ends[0], ends[1]);
    MultiLayerNetwork other =
        network(Networks.moe().router("noisy-top-k", 2).noiseSeed(8).build());
    other.fit(new ListDataSetIterator<>(Networks.data(DataType.FLOAT, 32, 1).asList(), 8), 3);
    assertNotEquals(ends[0][100], bits(other.params())[100]);
  }

  @Test
  void saved_andRestored_givesTheSameBitsAndTrainsOn() throws IOException {
    MultiLayerNetwork network = network(
        Networks.moe().router("deepseek-v3", 2).switchLoss(0.01).sharedHidden(3).build());
    DataSet data = Networks.data(DataType.FLOAT, 16, 2);
    network.fit(data);
    network.fit(data);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(
        new ByteArrayInputStream(file.toByteArray()), true);
    assertArrayEquals(
        bits(network.output(data.getFeatures())), bits(restored.output(data.getFeatures())));
    network.fit(data);
    restored.fit(data);
    assertArrayEquals(bits(network.params()), bits(restored.params()));
  }

  @Test
  void clone_ofNetworkAndLayer_isIndependent() {
    MultiLayerNetwork network = network(Networks.moe().build());
    DataSet data = Networks.data(DataType.FLOAT, 8, 2);
    MultiLayerNetwork clone = network.clone();
    MoeNetworkLayer layer = (MoeNetworkLayer) moeOf(network).clone();
    double[] before = bits(network.params());
    double[] layerBefore = bits(moeOf(network).params());
    network.fit(data);
    assertArrayEquals(before, bits(clone.params()));
    assertArrayEquals(layerBefore, bits(layer.params()));
    assertNotEquals(bits(network.params())[0], before[0]);
  }

  @Test
  void setParams_ofALayer_isTheInverseOfParams() {
    MoeNetworkLayer a = moeOf(network(Networks.moe().build()));
    MoeNetworkLayer b = moeOf(network(Networks.moe().build()));
    b.params().muli(3);
    b.setParams(a.params().dup());
    assertArrayEquals(bits(a.params()), bits(b.params()));
    assertArrayEquals(
        bits(a.getParam("experts.down.weight")), bits(b.getParam("experts.down.weight")));
  }

  @Test
  void frozen_layersKeepTheirWeights() {
    MultiLayerNetwork network = network(Networks.moe().switchLoss(0.1).build());
    DataSet data = Networks.data(DataType.FLOAT, 16, 2);
    network.fit(data);
    MultiLayerNetwork frozen =
        new TransferLearning.Builder(network).setFeatureExtractor(1).build();
    INDArray before = frozen.getLayer(1).params().dup();
    INDArray head = frozen.getLayer(2).params().dup();
    frozen.fit(data);
    assertArrayEquals(bits(before), bits(frozen.getLayer(1).params()));
    assertNotEquals(bits(head)[0], bits(frozen.getLayer(2).params())[0]);
  }

  @Test
  void masked_stepsAreZeroAndCarryNoLoad() {
    for (boolean residual : new boolean[] {false, true}) {
      MultiLayerNetwork network = Networks.sequences(
          DataType.FLOAT, new Adam(1e-2), Networks.moe().residual(residual).build());
      DataSet data = Networks.sequenceData(DataType.FLOAT, 4, 5, 8);
      network.setLayerMaskArrays(data.getFeaturesMaskArray(), data.getLabelsMaskArray());
      INDArray y = network.feedForward(data.getFeatures(), true).get(1);
      for (int n = 0; n < 4; n++) {
        for (int t = 0; t < 5; t++) {
          boolean valid = data.getFeaturesMaskArray().getDouble(n, t) != 0;
          double size = Math.abs(y.getDouble(n, 0, t)) + Math.abs(y.getDouble(n, 1, t));
          assertEquals(valid, size > 0, "example " + n + ", step " + t);
        }
      }
      LoadStatistics load = ((MoeNetworkLayer) network.getLayer(0)).load().orElseThrow();
      assertEquals(data.getFeaturesMaskArray().sumNumber().intValue(), load.tokens());
    }
  }

  @Test
  void sequences_inBothFormats_giveTheSame() {
    MultiLayerNetwork wide =
        Networks.sequences(DataType.FLOAT, new Adam(1e-2), Networks.moe().build());
    MultiLayerNetwork last = new MultiLayerNetwork(Networks.settings(DataType.FLOAT, new Adam(1e-2))
        .list()
        .layer(Networks.moe().build())
        .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
            .nOut(Networks.CLASSES)
            .activation(Activation.SOFTMAX)
            .dataFormat(RNNFormat.NWC)
            .build())
        .setInputType(InputType.recurrent(Networks.WIDTH, 5, RNNFormat.NWC))
        .build());
    last.init();
    last.setParams(wide.params());
    INDArray x = Networks.sequenceData(DataType.FLOAT, 3, 5, 9).getFeatures();
    INDArray a = wide.feedForward(x, false).get(1);
    INDArray b = last.feedForward(x.permute(0, 2, 1).dup('c'), false).get(1);
    assertArrayEquals(bits(a.permute(0, 2, 1)), bits(b));
  }

  @Test
  void fit_onSequencesWithMasksAndDefaultWorkspaces_lowersTheScore() {
    MultiLayerNetwork network = Networks.sequences(
        DataType.FLOAT,
        new Adam(1e-2),
        Networks.moe().residual(true).switchLoss(0.01).dropOut(0.9).build());
    DataSet data = Networks.sequenceData(DataType.FLOAT, 12, 5, 8);
    network.fit(data);
    double first = network.score(data);
    network.fit(new ListDataSetIterator<>(List.of(data, data), 1), 30);
    assertTrue(network.score(data) < 0.7 * first, first + " to " + network.score(data));
  }

  @Test
  void listener_seesTheLoadOfEachIteration() {
    MultiLayerNetwork network = network(Networks.moe().name("mix").build());
    int[] calls = new int[1];
    MoeLoadListener listener = new MoeLoadListener((layer, iteration, load) -> calls[0]++);
    network.setListeners(listener);
    network.fit(new ListDataSetIterator<>(Networks.data(DataType.FLOAT, 24, 1).asList(), 8), 2);
    assertEquals(6, calls[0]);
    assertEquals(Map.of("mix", 48L), Map.of("mix", listener.total().get("mix").tokens()));
    assertEquals(8, listener.last().get("mix").tokens());
  }

  @Test
  void selectionBias_movesAgainstTheLoad() {
    MultiLayerNetwork network = network(Networks.moe()
        .router(RouterSpec.of("deepseek-v3", 1).with("groups", 1).withBiasRate(0.125))
        .build());
    network.fit(Networks.data(DataType.FLOAT, 16, 1));
    long[] load = moeOf(network).load().orElseThrow().assigned();
    double[] bias = network.getParam("1_router.selectionBias").toDoubleVector();
    for (int e = 0; e < 4; e++) { // 16 choices, 4 an expert on average; DL4J adds minus the step
      assertEquals(0.125 * Math.signum(4 - load[e]), bias[e], 1e-7);
    }
  }

  @Test
  void selectionBias_ofBiasedTopK_becomesThatOfQuantileBalancing() {
    MultiLayerNetwork network = network(Networks.moe().router("biased-top-k", 1).build());
    DataSet data = Networks.data(DataType.FLOAT, 16, 1);
    MoeNetworkLayer layer = moeOf(network);
    ExpertBias expected = ExpertBias.zeros(4);
    QuantileController controller = QuantileController.ofLogits(expected, 1);
    INDArray x = network.feedForwardToLayer(0, data.getFeatures(), true).get(1);
    try (MoePass pass = layer.moe().forward(TokenBatch.evaluation(x))) {
      controller.observe(pass.decision());
      controller.step();
    }
    network.fit(data);
    assertArrayEquals(
        expected.values(), network.getParam("1_router.selectionBias").toDoubleVector(), 1e-6);
    assertTrue(Arrays.stream(expected.values()).anyMatch(b -> b != 0));
  }

  static Stream<String> kinds() {
    return ExpertsCatalogue.load().all().stream()
        .filter(kind -> !kind.traits().shared())
        .map(ExpertsProvider::name);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void experts_ofEachKind_trainAndSurviveJson(String kind) {
    MultiLayerNetwork network =
        network(Networks.moe().expert(ExpertSpec.of(kind, 3)).build());
    DataSet data = Networks.data(DataType.FLOAT, 16, 1);
    double[] before = bits(network.params());
    network.fit(data);
    assertNotEquals(before[before.length / 2], bits(network.params())[before.length / 2]);
    MultiLayerNetwork same = new MultiLayerNetwork(
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson()));
    same.init();
    same.setParams(network.params());
    assertArrayEquals(
        bits(network.output(data.getFeatures())), bits(same.output(data.getFeatures())));
  }

  @Test
  void frozen_withBackprop_passesGradientsOnAndKeepsItsWeights() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(Networks.settings(DataType.FLOAT, new Adam(1e-2))
            .list()
            .layer(new DenseLayer.Builder().nOut(Networks.WIDTH).build())
            .layer(new FrozenLayerWithBackprop(Networks.moe().nIn(6).nOut(6).build()))
            .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(Networks.CLASSES)
                .activation(Activation.SOFTMAX)
                .build())
            .setInputType(InputType.feedForward(5))
            .build());
    network.init();
    double[] frozen = bits(network.getLayer(1).params());
    double[] below = bits(network.getLayer(0).params());
    network.fit(Networks.data(DataType.FLOAT, 16, 2));
    assertArrayEquals(frozen, bits(network.getLayer(1).params()));
    assertNotEquals(below[0], bits(network.getLayer(0).params())[0]);
  }

  @Test
  void graph_trainsIsWatchedSavedAndRestored() throws IOException {
    ComputationGraph graph = new ComputationGraph(Networks.settings(DataType.FLOAT, new Adam(1e-2))
        .graphBuilder()
        .addInputs("in")
        .addLayer("mix", Networks.moe().switchLoss(0.01).build(), "in")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "in", "mix")
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(Networks.CLASSES)
                .activation(Activation.SOFTMAX)
                .build(),
            "sum")
        .setOutputs("out")
        .setInputTypes(InputType.feedForward(5))
        .build());
    graph.init();
    MoeLoadListener listener = new MoeLoadListener();
    graph.setListeners(listener);
    DataSet data = Networks.data(DataType.FLOAT, 24, 2);
    graph.fit(new ListDataSetIterator<>(data.asList(), 8), 2);
    assertEquals(48, listener.total().get("mix").tokens());
    assertArrayEquals(
        new long[] {4, 5, 5}, graph.getParam("mix_experts.up.weight").shape());
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    assertArrayEquals(
        bits(graph.outputSingle(data.getFeatures())),
        bits(restored.outputSingle(data.getFeatures())));
    assertArrayEquals(bits(graph.params()), bits(graph.clone().params()));
  }
}
