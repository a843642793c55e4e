package io.github.moe4j.models.adapter;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.core.lora.LoraPair;
import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.models.layout.LayoutException;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.Lora;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Adapters of small models through PEFT's two files. */
class PeftFilesTest {
  private static final MoeBlock FIRST = MoeBlock.decoder(0);
  private static final MoeBlock SECOND = MoeBlock.decoder(1);
  private static final String QWEN = """
      {"model_type": "qwen2_moe", "num_hidden_layers": 2, "hidden_size": 4,
       "moe_intermediate_size": 3, "shared_expert_intermediate_size": 5, "num_experts": 3,
       "num_experts_per_tok": 2, "decoder_sparse_step": 1, "norm_topk_prob": false}
      """;
  private static final String SWITCH = """
      {"model_type": "switch_transformers", "num_layers": 2, "num_decoder_layers": 1,
       "num_sparse_encoder_layers": 1, "num_sparse_decoder_layers": 0, "encoder_sparse_step": 2,
       "decoder_sparse_step": 0, "d_model": 2, "d_ff": 1, "num_experts": 1,
       "router_jitter_noise": 0.0, "expert_capacity": 8}
      """;

  @TempDir
  Path root;

  private static MoeLayer layer(long seed) {
    return MoeLayer.builder(
            GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, seed), TopK.unnormalized(2)),
            GluExperts.create(ExpertOptions.of(3, 4, 3), seed))
        .sharedExpert(DenseFeedForward.gated(
            GluExperts.create(ExpertOptions.of(1, 4, 5), seed),
            RandomArrays.normal(DataType.FLOAT, Seeds.random(seed), 1, 4)))
        .build();
  }

  private static MoeCheckpoint qwen() throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    for (MoeBlock block : List.of(FIRST, SECOND)) {
      MoeCheckpoints.export(layer(block.layer() + 1), QWEN, block, tensors, TensorType.FLOAT32);
    }
    return MoeCheckpoints.of(QWEN, tensors);
  }

  private static Map<MoeBlock, MoeLayer> layers(MoeCheckpoint checkpoint) throws IOException {
    Map<MoeBlock, MoeLayer> layers = new LinkedHashMap<>();
    for (MoeBlock block : checkpoint.blocks()) {
      layers.put(block, checkpoint.layer(block, DataType.FLOAT));
    }
    return layers;
  }

  private static Map<MoeBlock, MoeLayer> adapted(
      Map<MoeBlock, MoeLayer> layers, LoraOptions options) {
    Map<MoeBlock, MoeLayer> adapted = new LinkedHashMap<>();
    layers.forEach((block, layer) -> {
      MoeLayer one = Lora.adapt(layer, options);
      RandomArrays.fill(one.parameters(), Seeds.random(block.layer()), 0.5);
      adapted.put(block, one);
    });
    return adapted;
  }

  private static INDArray y(MoeLayer layer) {
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(9), 7, layer.modelWidth());
    return layer.forward(TokenBatch.evaluation(x)).y();
  }

  @Test
  void save_allTargets_loadedWithTheSameBitsAndSavedToTheSameBytes() throws IOException {
    MoeCheckpoint checkpoint = qwen();
    LoraOptions options =
        LoraOptions.of(2, 3).withTargets(LoraTarget.values()).withRsLora(true).withDropout(0.25);
    Map<MoeBlock, MoeLayer> adapted = adapted(layers(checkpoint), options);
    Path saved = root.resolve("saved");
    PeftFiles.save(adapted, checkpoint, "Qwen/Qwen1.5-MoE", TensorType.FLOAT32, saved);
    Map<MoeBlock, MoeLayer> loaded = PeftFiles.load(saved, checkpoint, layers(checkpoint));
    assertEquals(List.of(FIRST, SECOND), List.copyOf(loaded.keySet()));
    loaded.forEach((block, layer) -> {
      assertSameBits("y of " + block, y(adapted.get(block)), y(layer));
      assertEquals(adapted.get(block).parameters().names(), layer.parameters().names());
      assertEquals(0.25, Lora.dropout(layer));
    });
    Path again = root.resolve("again");
    PeftFiles.save(loaded, checkpoint, "Qwen/Qwen1.5-MoE", TensorType.FLOAT32, again);
    for (String file : List.of(PeftFiles.TENSORS, PeftConfig.FILE)) {
      assertArrayEquals(
          Files.readAllBytes(saved.resolve(file)), Files.readAllBytes(again.resolve(file)), file);
    }
    String config = Files.readString(saved.resolve(PeftConfig.FILE));
    assertEquals("""
        {
          "alpha_pattern" : { },
          "base_model_name_or_path" : "Qwen/Qwen1.5-MoE",
          "bias" : "none",
          "fan_in_fan_out" : false,
          "inference_mode" : true,
          "init_lora_weights" : true,
          "lora_alpha" : 3,
          "lora_dropout" : 0.25,
          "modules_to_save" : null,
          "peft_type" : "LORA",
          "r" : 2,
          "rank_pattern" : { },
          "target_modules" : [
            "experts.0.down_proj",
            "experts.0.gate_proj",
            "experts.0.up_proj",
            "experts.1.down_proj",
            "experts.1.gate_proj",
            "experts.1.up_proj",
            "experts.2.down_proj",
            "experts.2.gate_proj",
            "experts.2.up_proj",
            "mlp.gate",
            "shared_expert.down_proj",
            "shared_expert.gate_proj",
            "shared_expert.up_proj"
          ],
          "task_type" : "CAUSAL_LM",
          "use_dora" : false,
          "use_rslora" : true
        }
        """, config);
  }

  @Test
  void save_oneBlockOfTwo_selectsItsModulesByWholeNames() throws IOException {
    MoeCheckpoint checkpoint = qwen();
    Map<MoeBlock, MoeLayer> all =
        adapted(layers(checkpoint), LoraOptions.of(2, 3).withTargets(LoraTarget.ROUTER));
    Path saved = root.resolve("saved");
    PeftFiles.save(Map.of(SECOND, all.get(SECOND)), checkpoint, "base", TensorType.BFLOAT16, saved);
    PeftConfig config = PeftConfig.parse(Files.readString(saved.resolve(PeftConfig.FILE)));
    assertEquals(List.of("model.layers.1.mlp.gate"), config.targets().names());
    Map<MoeBlock, MoeLayer> loaded = PeftFiles.load(saved, checkpoint, layers(checkpoint));
    assertEquals(Set.of(SECOND), loaded.keySet());
    Path again = root.resolve("again");
    PeftFiles.save(loaded, checkpoint, "base", TensorType.BFLOAT16, again);
    assertArrayEquals(
        Files.readAllBytes(saved.resolve(PeftFiles.TENSORS)),
        Files.readAllBytes(again.resolve(PeftFiles.TENSORS)));
  }

  @Test
  void save_differentRanks_patternsByModule() throws IOException {
    MoeCheckpoint checkpoint = qwen();
    MoeLayer base = checkpoint.layer(0);
    Map<LoraTarget, LoraPair> pairs = Map.of(
        LoraTarget.EXPERT_UP,
        new LoraPair(
            Nd4j.rand(DataType.FLOAT, 3, 2, 4), Nd4j.rand(DataType.FLOAT, 3, 3, 2), 8, false),
        LoraTarget.ROUTER,
        new LoraPair(Nd4j.rand(DataType.FLOAT, 1, 4), Nd4j.rand(DataType.FLOAT, 3, 1), 0.5, false));
    MoeLayer adapted = Lora.over(base, pairs, 0);
    Path saved = root.resolve("saved");
    PeftFiles.save(Map.of(FIRST, adapted), checkpoint, "base", TensorType.FLOAT32, saved);
    MoeLayer loaded = PeftFiles.load(saved, checkpoint, layers(checkpoint)).get(FIRST);
    assertSameBits("y", y(adapted), y(loaded));
    assertEquals(1, Lora.pairs(loaded).get(LoraTarget.ROUTER).rank());
    assertEquals(0.5, Lora.pairs(loaded).get(LoraTarget.ROUTER).scale());
    assertEquals(4, Lora.pairs(loaded).get(LoraTarget.EXPERT_UP).scale());
  }

  @Test
  void load_ontoPackedLayer_trainsOverTheStoredWeights() throws IOException {
    MoeCheckpoint checkpoint = qwen();
    Map<MoeBlock, MoeLayer> adapted = adapted(layers(checkpoint), LoraOptions.of(2, 3));
    Path saved = root.resolve("saved");
    PeftFiles.save(adapted, checkpoint, "base", TensorType.FLOAT32, saved);
    MoeLayer packed = PeftFiles.load(
            saved,
            checkpoint,
            Map.of(FIRST, checkpoint.packed(FIRST), SECOND, checkpoint.packed(SECOND)))
        .get(FIRST);
    assertNear("y", y(adapted.get(FIRST)), y(packed), 1e-5);
    INDArray x = Nd4j.rand(DataType.FLOAT, 5, 4);
    packed
        .forward(TokenBatch.training(x))
        .backward(x.dup(), x.dup(), packed.parameters().zeroGradients());
  }

  /**
   * A file made by hand. Up is 2·x₁ and the adapter with A = (1, 1), B = 3, alpha 4, r 1 adds 12·(x₁ + x₂); x = (1, 0)
   * gives 14, down (1, −1) and the one expert's weight 1 give (14, −14).
   */
  @Test
  void load_handMadeFile_handComputedResult() throws IOException {
    MemoryTensors model = new MemoryTensors();
    MoeLayer base = MoeLayer.of(
        GatedRouter.of(LinearGate.create(1, 2, DataType.FLOAT, 1), TopK.of(1)),
        FfnExperts.of(
            Activation.RELU,
            Nd4j.createFromArray(2f, 0).reshape(1, 1, 2),
            null,
            Nd4j.createFromArray(1f, -1).reshape(1, 2, 1),
            null));
    MoeBlock block = MoeBlock.encoder(1);
    MoeCheckpoints.export(base, SWITCH, block, model, TensorType.FLOAT32);
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SWITCH, model);
    String module = "base_model.model.encoder.block.1.layer.1.mlp.experts.expert_0.wi";
    String header =
        ("{\"__metadata__\":{\"format\":\"pt\"},\"%s.lora_A.weight\":{\"dtype\":\"F32\","
                + "\"shape\":[1,2],\"data_offsets\":[0,8]},\"%s.lora_B.weight\":{\"dtype\":\"F32\","
                + "\"shape\":[1,1],\"data_offsets\":[8,12]}}")
            .formatted(module, module);
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).putFloat(1).putFloat(1).putFloat(3);
    Files.write(root.resolve(PeftFiles.TENSORS), bytes.array());
    Files.writeString(root.resolve(PeftConfig.FILE), """
        {"peft_type": "LORA", "r": 1, "lora_alpha": 4, "target_modules": ["wi"], "bias": "none",
         "peft_version": "0.17.0", "use_dora": false, "layers_to_transform": null, "loftq_config": {}}
        """);
    MoeLayer layer = PeftFiles.load(root, checkpoint, layers(checkpoint)).get(block);
    INDArray x = Nd4j.createFromArray(1f, 0).reshape(1, 2);
    INDArray y = layer.forward(TokenBatch.evaluation(x)).y();
    assertNear("y", new double[] {14, -14}, values(y), 1e-6);
  }

  private static Map<String, INDArray> tensors(MoeCheckpoint checkpoint) throws IOException {
    Map<String, INDArray> all = new LinkedHashMap<>();
    AdaptedModule.of(checkpoint).values().stream()
        .filter(module -> module.target() == LoraTarget.EXPERT_UP)
        .forEach(module -> {
          all.put(module.a(), Nd4j.create(DataType.FLOAT, 2, 4));
          all.put(module.b(), Nd4j.create(DataType.FLOAT, 3, 2));
        });
    return all;
  }

  private static MemoryTensors source(Map<String, INDArray> tensors) throws IOException {
    MemoryTensors source = new MemoryTensors();
    for (Map.Entry<String, INDArray> tensor : tensors.entrySet()) {
      source.put(tensor.getKey(), tensor.getValue(), TensorType.FLOAT32);
    }
    return source;
  }

  private static final String UP = """
      {"peft_type": "LORA", "r": 2, "target_modules": "model\\\\.layers\\\\.\\\\d+\\\\.mlp\\\\.experts\\\\..*up_proj"%s}
      """;

  private static String error(String config, Map<String, INDArray> tensors) throws IOException {
    MoeCheckpoint checkpoint = qwen();
    Map<MoeBlock, MoeLayer> layers = layers(checkpoint);
    MemoryTensors source = source(tensors);
    return assertThrows(
            LayoutException.class, () -> PeftFiles.load(config, source, checkpoint, layers))
        .getMessage();
  }

  @Test
  void load_tensorsThatDoNotFit_namedBeforeAnythingIsRead() throws IOException {
    String module = "base_model.model.model.layers.1.mlp.experts.2.up_proj";
    Map<String, INDArray> tensors = tensors(qwen());
    Map<String, INDArray> missing = new LinkedHashMap<>(tensors);
    missing.remove(module + ".lora_B.weight");
    assertEquals(
        PeftFiles.TENSORS + ": tensor " + module + ".lora_B.weight of shape [3, 2] is missing",
        error(UP.formatted(""), missing));
    Map<String, INDArray> wrong = new LinkedHashMap<>(tensors);
    wrong.put(module + ".lora_A.weight", Nd4j.create(DataType.FLOAT, 2, 5));
    assertEquals(
        PeftFiles.TENSORS + ": tensor " + module + ".lora_A.weight must be [2, 4] but is [2, 5]",
        error(UP.formatted(""), wrong));
    Map<String, INDArray> more = new LinkedHashMap<>(tensors);
    more.put(
        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
        Nd4j.create(DataType.FLOAT, 2, 4));
    assertEquals(
        PeftFiles.TENSORS
            + " has tensors that are of no selected module of the sparse blocks: [base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight]",
        error(UP.formatted(""), more));
    assertEquals(
        PeftConfig.FILE
            + ": all 3 experts of decoder layer 0 must have an adapter of experts.up but 2 have",
        error(UP.formatted(", \"exclude_modules\": [\"experts.1.up_proj\"]"), tensors));
    assertEquals(
        PeftConfig.FILE
            + ": all experts must have adapters of one rank and alpha but model.layers.0.mlp.experts.0.up_proj and"
            + " model.layers.0.mlp.experts.1.up_proj have r 2 and 4, alpha 8.0 and 8.0",
        error(UP.formatted(", \"rank_pattern\": {\"experts.1.up_proj\": 4}"), tensors));
  }

  @Test
  void load_routerOfOtherType_pairsHaveTheTypesOfWhatTheyAdapt() throws IOException {
    MoeCheckpoint checkpoint = qwen();
    Map<MoeBlock, MoeLayer> adapted =
        adapted(layers(checkpoint), LoraOptions.of(2, 3).withTargets(LoraTarget.values()));
    Path saved = root.resolve("saved");
    PeftFiles.save(adapted, checkpoint, "base", TensorType.FLOAT32, saved);
    Map<MoeBlock, MoeLayer> mixed = new LinkedHashMap<>();
    layers(checkpoint)
        .forEach((block, layer) -> mixed.put(
            block,
            layer.toBuilder(
                    GatedRouter.of(
                        LinearGate.create(3, 4, DataType.DOUBLE, 1), TopK.unnormalized(2)),
                    layer.experts())
                .build()));
    PeftFiles.load(saved, checkpoint, mixed)
        .forEach((block, layer) -> Lora.pairs(layer)
            .forEach((target, pair) -> assertEquals(
                target == LoraTarget.ROUTER ? DataType.DOUBLE : DataType.FLOAT,
                pair.a().dataType(),
                target.path())));
  }

  @ParameterizedTest
  @CsvSource({
    "4, 5, EXPERT_UP, 'model.layers.0.mlp.experts.0.up_proj must be from 4 to 3 but is from 4 to 5'",
    "5, 3, EXPERT_UP, 'model.layers.0.mlp.experts.0.up_proj must be from 4 to 3 but is from 5 to 3'",
    "5, 3, EXPERT_DOWN, 'model.layers.0.mlp.experts.0.down_proj must be from 3 to 4 but is from 3 to 5'"
  })
  void save_layerOfOtherSizes_isRejected(
      int modelWidth, int hiddenWidth, LoraTarget target, String error) throws IOException {
    MoeLayer other = MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, modelWidth, DataType.FLOAT, 1), TopK.unnormalized(2)),
        GluExperts.create(ExpertOptions.of(3, modelWidth, hiddenWidth), 1));
    Map<MoeBlock, MoeLayer> adapted =
        Map.of(FIRST, Lora.adapt(other, LoraOptions.of(2, 3).withTargets(target)));
    MoeCheckpoint checkpoint = qwen();
    Path folder = root.resolve("new");
    assertEquals(
        "the adapter of " + error,
        assertThrows(
                LayoutException.class,
                () -> PeftFiles.save(adapted, checkpoint, "base", TensorType.FLOAT32, folder))
            .getMessage());
    assertFalse(Files.exists(folder));
  }

  @Test
  void load_folder_errorNamesFolderAndFile(@TempDir Path folder) throws IOException {
    MoeCheckpoint checkpoint = qwen();
    SafetensorsWriter writer = Safetensors.writer();
    tensors(checkpoint).forEach((name, array) -> writer.put(name, array, TensorType.FLOAT32));
    writer.write(folder.resolve(PeftFiles.TENSORS));
    for (String config : List.of("{", UP.formatted(", \"r\": 2"), UP.formatted(", \"bias\": 1"))) {
      Files.writeString(folder.resolve(PeftConfig.FILE), config);
      String message = assertThrows(
              LayoutException.class, () -> PeftFiles.load(folder, checkpoint, layers(checkpoint)))
          .getMessage();
      assertTrue(message.startsWith(folder + ": " + PeftConfig.FILE + ": "), message);
    }
    Files.writeString(
        folder.resolve(PeftConfig.FILE), UP.formatted("").replace("\"r\": 2", "\"r\": 3"));
    String message = assertThrows(
            LayoutException.class, () -> PeftFiles.load(folder, checkpoint, layers(checkpoint)))
        .getMessage();
    assertTrue(message.startsWith(folder + ": " + PeftFiles.TENSORS + ": tensor "), message);
  }

  @Test
  void load_blockWithoutLayer_isRejected() throws IOException {
    MoeCheckpoint checkpoint = qwen();
    MemoryTensors source = source(tensors(checkpoint));
    Map<MoeBlock, MoeLayer> one = Map.of(FIRST, checkpoint.layer(0));
    assertEquals(
        "the adapter is of decoder layer 1 too, but the layers are those of [decoder layer 0]",
        assertThrows(
                LayoutException.class,
                () -> PeftFiles.load(UP.formatted(""), source, checkpoint, one))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"use_dora\": true | use_dora is true, which is not supported",
        "\"modules_to_save\": [\"lm_head\"] | modules_to_save is [lm_head], which is not supported",
        "\"lora_bias\": true | lora_bias is true, which is not supported",
        "\"target_parameters\": [\"x\"] | target_parameters is [x], which is not supported",
        "\"bias\": \"all\" | bias must be one of [none] but is all",
        "\"init_lora_weights\": \"pissa\" | init_lora_weights must be one of [eva, false, gaussian, true] but is pissa",
        "\"lora_dropout\": 1 | lora_dropout must be in [0, 1) but is 1",
        "\"rank_pattern\": {\"(\": 4} | (.*\\.)?(() is no regular expression: Unclosed group"
      })
  void load_unsupportedConfig_namesTheField(String field, String message) throws IOException {
    assertEquals(
        PeftConfig.FILE + ": " + message, error(UP.formatted(", " + field), tensors(qwen())));
  }

  @Test
  void load_otherMethod_isRejected() throws IOException {
    assertEquals(
        PeftConfig.FILE + ": peft_type must be one of [LORA] but is IA3",
        error("{\"peft_type\": \"IA3\"}", Map.of()));
    assertEquals(
        PeftConfig.FILE + ": target_modules must be set but is not",
        error("{\"peft_type\": \"LORA\"}", Map.of()));
  }

  @Test
  void save_noAdaptersOrExistingFolder_isRejected() throws IOException {
    MoeCheckpoint checkpoint = qwen();
    Map<MoeBlock, MoeLayer> layers = layers(checkpoint);
    assertEquals(
        "the layer of decoder layer 0 must have adapters but has none",
        assertThrows(
                LayoutException.class,
                () -> PeftFiles.save(
                    layers, checkpoint, "base", TensorType.FLOAT32, root.resolve("new")))
            .getMessage());
    assertFalse(Files.exists(root.resolve("new")));
    Map<MoeBlock, MoeLayer> adapted = adapted(layers, LoraOptions.of(2, 3));
    assertThrows(
        FileAlreadyExistsException.class,
        () -> PeftFiles.save(adapted, checkpoint, "base", TensorType.FLOAT32, root));
  }

  /** LongCat-Flash: networks beside experts that copy their input. */
  @Test
  void linearModules_compositeExperts_thoseOfTheNetworks() throws IOException {
    String config = """
        {"model_type": "longcat_flash", "num_layers": 1, "hidden_size": 4, "expert_ffn_hidden_size": 3,
         "n_routed_experts": 2, "zero_expert_num": 1, "zero_expert_type": "identity", "moe_topk": 2}
        """;
    MoeCheckpoint checkpoint = MoeCheckpoints.of(config, new MemoryTensors());
    assertEquals(
        "model.layers.0.mlp.experts.1.down_proj",
        checkpoint.linearModules(FIRST).get(LoraTarget.EXPERT_DOWN).get(1).name());
    assertEquals(
        "model.layers.0.mlp.router.classifier",
        checkpoint.linearModules(FIRST).get(LoraTarget.ROUTER).get(0).name());
  }

  @Test
  void linearModules_stackedForm_thoseOfTheFormByExpert() throws IOException {
    Set<String> names = new TreeSet<>();
    qwen().linearModules(FIRST).values().forEach(list -> list.forEach(m -> names.add(m.name())));
    assertEquals(13, names.size());
    MoeCheckpoint stacked = MoeCheckpoints.of(QWEN, new MemoryTensors());
    assertEquals(
        "model.layers.0.mlp.experts.0.up_proj",
        stacked.linearModules(FIRST).get(LoraTarget.EXPERT_UP).get(0).name());
  }
}
