package io.github.moe4j.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.OutputBias;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopP;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers of checkpoints in networks, and back. */
class LoadedLayerTest {
  private static final MoeBlock BLOCK = MoeBlock.decoder(0);

  /** Layouts with parts of different kinds. */
  private static String config(String layout) {
    return switch (layout) {
      case "mixtral" -> """
          {"model_type": "mixtral", "num_hidden_layers": 1, "hidden_size": 6,
           "intermediate_size": 5, "num_local_experts": 4, "num_experts_per_tok": 2}
          """;
      case "qwen2_moe" -> """
          {"model_type": "qwen2_moe", "num_hidden_layers": 1, "hidden_size": 6,
           "moe_intermediate_size": 3, "shared_expert_intermediate_size": 5, "num_experts": 4,
           "num_experts_per_tok": 2, "decoder_sparse_step": 1, "norm_topk_prob": false}
          """;
      case "deepseek_v3" -> """
          {"model_type": "deepseek_v3", "num_hidden_layers": 1, "hidden_size": 6,
           "moe_intermediate_size": 3, "n_shared_experts": 2, "n_routed_experts": 8, "n_group": 4,
           "topk_group": 2, "num_experts_per_tok": 3, "first_k_dense_replace": 0, "moe_layer_freq": 1,
           "norm_topk_prob": true, "routed_scaling_factor": 2.5, "scoring_func": "sigmoid",
           "topk_method": "noaux_tc"}
          """;
      default -> """
          {"model_type": "gpt_oss", "num_hidden_layers": 1, "hidden_size": 6, "intermediate_size": 5,
           "num_local_experts": 4, "num_experts_per_tok": 2}
          """;
    };
  }

  private static MoeLayer made(String layout) {
    int experts = layout.equals("deepseek_v3") ? 8 : 4;
    LinearGate gate = LinearGate.create(experts, 6, DataType.FLOAT, 1);
    return switch (layout) {
      case "mixtral" -> MoeLayer.of(GatedRouter.of(gate, TopK.of(2)), glu(experts, 5));
      case "qwen2_moe" ->
        MoeLayer.builder(GatedRouter.of(gate, TopK.unnormalized(2)), glu(experts, 3))
            .sharedExpert(
                DenseFeedForward.gated(glu(1, 5), Networks.random(DataType.FLOAT, 3, 1, 6)))
            .build();
      case "deepseek_v3" ->
        MoeLayer.builder(
                GatedRouter.of(
                    gate,
                    DeepSeekV3.of(3, ExpertBias.of(0.1, -0.2, 0.3, 0, 0, 0.25, -0.1, 0.05), 4, 2)),
                glu(experts, 3))
            .sharedExpert(DenseFeedForward.of(glu(1, 6)))
            .build();
      default ->
        MoeLayer.of(
            GatedRouter.of(
                LinearGate.of(
                    Networks.random(DataType.FLOAT, 4, 4, 6),
                    Networks.random(DataType.FLOAT, 5, 4)),
                TopK.of(2)),
            GluExperts.create(
                ClampedSwiGlu.gptOss(), ExpertOptions.of(4, 6, 5).withBiases(true), 7));
    };
  }

  private static GluExperts glu(int experts, int hidden) {
    return GluExperts.create(ExpertOptions.of(experts, 6, hidden), experts);
  }

  private static MultiLayerNetwork network(MoeDl4jLayer moe) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(Networks.settings(DataType.FLOAT, new Sgd(0.1))
            .list()
            .layer(moe)
            .layer(output())
            .setInputType(InputType.feedForward(6))
            .build());
    network.init();
    return network;
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MSE)
        .nIn(6)
        .nOut(2)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static double[] values(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  private static double[] y(MoeLayer layer, INDArray x) {
    return values(layer.forward(TokenBatch.evaluation(x)).y());
  }

  private static DataSet data() {
    return new DataSet(
        Networks.random(DataType.FLOAT, 8, 16, 6), Networks.random(DataType.FLOAT, 9, 16, 2));
  }

  @TempDir
  Path folder;

  private MoeCheckpoint checkpoint(String layout) throws IOException {
    Files.writeString(folder.resolve("config.json"), config(layout));
    SafetensorsWriter writer = Safetensors.writer();
    MoeCheckpoints.export(made(layout), config(layout), BLOCK, writer, TensorType.FLOAT32);
    writer.write(folder.resolve("model.safetensors"));
    return MoeCheckpoints.open(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixtral", "qwen2_moe", "deepseek_v3", "gpt_oss"})
  void of_layerOfACheckpoint_sameBitsTrainedAndExported(String layout) throws IOException {
    try (MoeCheckpoint checkpoint = checkpoint(layout)) {
      MoeLayer loaded = checkpoint.layer(0);
      MultiLayerNetwork network = network(MoeDl4jLayer.of(loaded));
      DataSet data = data();
      double[] before = y(loaded, data.getFeatures());
      assertArrayEquals(before, values(network.feedForward(data.getFeatures()).get(1)));
      MoeNetworkLayer inNetwork = (MoeNetworkLayer) network.getLayer(0);
      assertArrayEquals(before, y(inNetwork.toMoeLayer(), data.getFeatures()));

      MultiLayerNetwork restored = restored(network);
      assertArrayEquals(before, values(restored.feedForward(data.getFeatures()).get(1)));

      network.fit(data);
      MoeLayer trained = inNetwork.toMoeLayer();
      double[] after = y(trained, data.getFeatures());
      assertFalse(Arrays.equals(before, after));
      assertArrayEquals(before, y(loaded, data.getFeatures()));
      Path tuned = folder.resolve("tuned");
      MoeCheckpoints.export(folder, Map.of(BLOCK, trained), tuned);
      try (MoeCheckpoint again = MoeCheckpoints.open(tuned)) {
        assertArrayEquals(after, y(again.layer(0), data.getFeatures()));
      }
    }
  }

  private static MultiLayerNetwork restored(MultiLayerNetwork network) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, true);
    return ModelSerializer.restoreMultiLayerNetwork(
        new ByteArrayInputStream(bytes.toByteArray()), true);
  }

  @Test
  void from_inAGraphWithFurtherOptions_startsWithTheParameters() {
    MoeLayer layer = made("qwen2_moe");
    ComputationGraphConfiguration configuration = Networks.settings(DataType.DOUBLE, new Sgd(0.1))
        .graphBuilder()
        .addInputs("x")
        .addLayer(
            "moe",
            new MoeDl4jLayer.Builder()
                .from(layer)
                .residual(true)
                .switchLoss(0.01)
                .build(),
            "x")
        .addLayer("out", output(), "moe")
        .setOutputs("out")
        .setInputTypes(InputType.feedForward(6))
        .build();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    INDArray x = data().getFeatures();
    double[] expected = y(layer, x);
    double[] found = values(graph
        .feedForward(x.castTo(DataType.DOUBLE), false)
        .get("moe")
        .sub(x.castTo(DataType.DOUBLE)));
    assertArrayEquals(expected, found, 1e-5);
    assertTrue(MoeNetworkLayer.in(graph).get(0).toMoeLayer().dataType() == DataType.DOUBLE);
  }

  @Test
  void of_partsOfNoCatalogue_areNamed() {
    LinearGate gate = LinearGate.create(4, 6, DataType.FLOAT, 1);
    GatedRouter router = GatedRouter.of(gate, TopK.of(2));
    GluExperts glu = glu(4, 5);
    requireError(
        "no kind of the catalogue has experts like QuantizedExperts",
        MoeLayer.of(router, QuantizedExperts.of(glu, WeightFormat.INT8)));
    Experts clamped = GluExperts.create(ClampedSwiGlu.deepSeekV4(10), ExpertOptions.of(4, 6, 5), 1);
    requireError(
        "no kind of the catalogue has experts like GluExperts with " + ClampedSwiGlu.deepSeekV4(10),
        MoeLayer.of(router, clamped));
    requireError(
        "no router of the catalogue has the rule TopP",
        MoeLayer.of(GatedRouter.of(gate, TopP.of(0.5)), glu));
    requireError(
        "a shared expert must be a DenseFeedForward but was a OutputBias",
        MoeLayer.builder(router, glu)
            .sharedExpert(OutputBias.of(Nd4j.create(DataType.FLOAT, 6)))
            .build());
    requireError(
        "a layer for DL4J must apply weights at the OUTPUT but does at the INPUT",
        MoeLayer.builder(router, glu).weightAt(WeightAt.INPUT).build());
  }

  private static void requireError(String message, MoeLayer layer) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> MoeDl4jLayer.of(layer))
            .getMessage());
  }

  @Test
  void from_changedSizesAfterwards_isRejectedAtInit() {
    MoeDl4jLayer layer =
        new MoeDl4jLayer.Builder().from(made("mixtral")).hidden(7).build();
    assertTrue(assertThrows(IllegalArgumentException.class, () -> network(layer))
        .getMessage()
        .endsWith("must be [4, 7, 6] but is [4, 5, 6]"));
  }
}
