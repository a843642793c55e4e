package io.github.moe4j.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.core.experts.Activation;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

class MoeConfigurationTest {

  private static MultiLayerConfiguration everything() {
    MoeDl4jLayer moe = Networks.moe()
        .router(RouterSpec.of("gshard", 1).with("second", 2))
        .expert(ExpertSpec.ffn(7, Activation.GELU).withDropout(0.25))
        .sharedExpert(new SharedExpertSpec(ExpertSpec.swiGlu(3), true))
        .capacity(CapacitySpec.of("1.25:per-sequence:by-weight").inTrainingOnly())
        .balance("per-sequence", 0.1)
        .balance("importance-of-weights", 0.1)
        .balance("load", 0.1)
        .balance("entropy", 0.1)
        .balance(LossSpec.of("remoe-l1", 0.1).withK(2))
        .balance(LossSpec.of("device", 0.1).withDevices(2))
        .balance("batchwise-loss", 0.1)
        .zLoss(0.01)
        .residual(true)
        .noiseSeed(5)
        .build();
    return Networks.feedForward(DataType.FLOAT, new Sgd(0.1), moe).getLayerWiseConfigurations();
  }

  @Test
  void configuration_throughJsonAndYaml_isTheSame() {
    MultiLayerConfiguration conf = everything();
    assertEquals(conf, MultiLayerConfiguration.fromJson(conf.toJson()));
    assertEquals(conf, MultiLayerConfiguration.fromYaml(conf.toYaml()));
    assertEquals(conf, conf.clone());
    assertTrue(conf.toJson().contains("\"name\" : \"gshard\""), conf.toJson());
    MoeDl4jLayer layer = (MoeDl4jLayer) conf.getConf(1).getLayer();
    assertNotEquals(layer, Networks.moe().build());
    assertEquals(6, layer.getNOut());
    assertFalse(conf.getMemoryReport(org.deeplearning4j.nn.conf.inputs.InputType.feedForward(5))
        .toString()
        .isEmpty());
  }

  @Test
  void build_ofWhatDoesNotFit_isOneClearError() {
    wrong(() -> Networks.moe().experts(0).build(), "experts must be at least 1");
    wrong(() -> new MoeDl4jLayer.Builder().experts(4).build(), "needs experts, as by hidden");
    wrong(() -> Networks.moe().router("top-q", 2), "router must be one of [top-k, ");
    wrong(
        () -> Networks.moe().router(RouterSpec.of("top-k", 5)).build(),
        "k must be at most E = 4 but was 5");
    wrong(
        () -> Networks.moe().router("hash", 2).build(),
        "router hash needs token ids, which a DL4J layer does not receive");
    wrong(
        () -> Networks.moe().router(RouterSpec.of("top-k", 2).with("groups", 2)).build(),
        "an option of router top-k must be one of [scores, norm, normEpsilon, normFloor, scale, gateBias]"
            + " but was groups");
    wrong(
        () -> Networks.moe()
            .router(RouterSpec.of("deepseek-v2", 2).with("groups", 3))
            .build(),
        "groups must divide E = 4 but was 3");
    wrong(() -> RouterSpec.of("deepseek-v3", 2).withBiasRate(-1), "biasRate must be at least 0");
    wrong(
        () -> RouterSpec.of("deepseek-v3", 2).withSteering("sign"),
        "controller must be one of [v3-sign, ");
    wrong(
        () -> RouterSpec.of("deepseek-v3", 2).withSteering("sparsity"),
        "steering must be a controller of expert biases but was ");
    wrong(() -> LossSpec.of("swich", 0.1), "loss must be one of [switch, ");
    wrong(
        () -> LossSpec.of("switch", -1),
        "coefficient of switch must be finite and at least 0 but was -1.0");
    wrong(
        () -> Networks.moe().balance("device", 0.1).build(),
        "a loss over devices needs at least 2 devices but had 1");
    wrong(
        () -> Networks.moe().balance(LossSpec.of("device", 0.1).withDevices(3)).build(),
        "devices must divide E = 4 but was 3");
    wrong(
        () -> Networks.moe().switchLoss(0.1).balance("switch", 0.1).build(),
        "loss switch must be given once");
    wrong(() -> ExpertSpec.of("swiglo", 3), "kind of experts must be one of [swiglu, ");
    wrong(() -> ExpertSpec.of("swiglu-shared", 3), "use the kind without it, and sharedExpert");
    wrong(
        () -> Networks.moe().experts(3).expert(ExpertSpec.of("moe++", 3)).build(),
        "moe++ needs at least 4 experts but had 3");
    wrong(() -> CapacitySpec.of("2:first"), "capacity modifier must be one of [token-major, ");
    wrong(() -> Networks.moe().nIn(3).nOut(4).build(), "nIn and nOut of a MoE layer must be equal");
    wrong(() -> Networks.moe().hidden(0), "hidden must be");
    wrong(() -> CapacitySpec.ofFactor(0), "capacity factor must be above 0 and finite but was 0.0");
    wrong(
        () -> Networks.moe()
            .activation(org.nd4j.linalg.activations.Activation.TANH)
            .build(),
        "no activation of its own");
    wrong(
        () -> Networks.feedForward(
            DataType.FLOAT,
            new Sgd(1),
            Networks.moe().weightNoise(new DropConnect(0.5)).build()),
        "has no weight noise");
    wrong(
        () -> Networks.feedForward(
            DataType.FLOAT, new Sgd(1), Networks.moe().nOut(9).build()),
        "nIn and nOut of a MoE layer must be equal but were 6 and 9");
    wrong(
        () -> Networks.feedForward(DataType.FLOAT16, new Sgd(1), Networks.moe().build()),
        "data type of a network with a MoE layer must be");
  }

  @Test
  void balance_ofEveryNameWithItsUsualRouter_isInTheScore() {
    for (LossProvider loss : LossCatalogue.load()) {
      MoeDl4jLayer moe = Networks.moe()
          .router(loss.router(), 2)
          .balance(LossSpec.of(loss.name(), 1).withDevices(2))
          .build();
      var network = Networks.feedForward(DataType.DOUBLE, new Sgd(0.1), moe);
      network.fit(Networks.data(DataType.DOUBLE, 7, 4));
      double score = ((MoeNetworkLayer) network.getLayer(1)).balanceScore();
      assertTrue(Double.isFinite(score) && score != 0, loss.name() + " is " + score);
    }
  }

  @Test
  void input_ofAnotherShape_isOneClearError() {
    var network = Networks.sequences(DataType.FLOAT, new Sgd(1), Networks.moe().build());
    INDArray x = Networks.random(DataType.FLOAT, 1, 2, 7, 3);
    wrong(() -> network.feedForward(x), "input of a MoE layer must be [N, 6] or [N, 6, T] but was");
  }

  private static void wrong(Executable run, String message) {
    RuntimeException error = assertThrows(RuntimeException.class, run);
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }
}
