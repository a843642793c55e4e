package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.internal.ConfigJson;
import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** What a block is, without its weights. */
class BlockOutlineTest {
  private static BlockOutline outline(MemoryTensors tensors) {
    return MoeCheckpoints.of(SmallMixtral.CONFIG, tensors).outline(SmallMixtral.BLOCK);
  }

  private static List<String> faults(BlockOutline outline) {
    return outline.tensors().stream()
        .map(BlockTensor::fault)
        .filter(Objects::nonNull)
        .map(String::valueOf)
        .toList();
  }

  @Test
  void outline_smallMixtral_isWorkedOutByHand() throws IOException {
    BlockOutline outline = outline(SmallMixtral.tensors());
    assertTrue(outline.isWhole());
    assertEquals(3, outline.experts());
    assertEquals(3, outline.networks());
    assertEquals(2, outline.choices());
    assertEquals(4, outline.width());
    assertEquals(5, outline.hidden());
    assertEquals(0, outline.sharedHidden());
    assertEquals("top 2 of softmax, weights divided by their sum", outline.router());
    assertEquals("dropless", outline.capacity());
    assertEquals("a tensor of each expert and projection", outline.form());
    // The router has 3·4 numbers, an expert 3·4·5 = 60.
    assertEquals(12 + 3 * 60, outline.count());
    assertEquals(3 * 60, outline.expertCount());
    assertEquals(12 + 2 * 60, outline.activeCount());
    assertEquals(10, outline.tensors().size());
    assertEquals(9, outline.tensors().stream().filter(BlockTensor::isOfExperts).count());
    assertEquals(List.of(5L, 4L), outline.tensors().get(1).shape());
  }

  @Test
  void outline_sharedExpert_isActive() {
    String config = """
        {"model_type": "qwen2_moe", "num_hidden_layers": 1, "hidden_size": 4, "num_experts": 6,
         "moe_intermediate_size": 2, "shared_expert_intermediate_size": 3, "num_experts_per_tok": 2}
        """;
    BlockOutline outline =
        MoeCheckpoints.of(config, new MemoryTensors()).outline(MoeBlock.decoder(0));
    // Router 6·4, each of 6 experts 3·4·2, shared expert 3·4·3, its gate 4.
    assertEquals(24 + 6 * 24 + 36 + 4, outline.count());
    assertEquals(24 + 2 * 24 + 36 + 4, outline.activeCount());
    assertEquals(3, outline.sharedHidden());
    assertEquals("top 2 of softmax, weights as they are", outline.router());
    assertFalse(outline.isWhole());
    assertEquals(outline.tensors().size(), faults(outline).size());
  }

  @Test
  void outline_sizesThatOnlyTheConfigSays_takeNoMemory() {
    String config =
        SmallMixtral.CONFIG.replace("\"hidden_size\": 4", "\"hidden_size\": 2000000000");
    MoeCheckpoint checkpoint = MoeCheckpoints.of(config, new MemoryTensors());
    assertEquals(
        "router.weight must have at most 33554432 numbers, 65536 on an axis, to be outlined but its shape is [3, 2000000000]",
        assertThrows(LayoutException.class, () -> checkpoint.outline(SmallMixtral.BLOCK))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource({"3, 65536, true", "3, 65537, false", "512, 65536, true", "513, 65536, false"})
  void outline_largestSizes_thoseBeyondAreRefused(int experts, int width, boolean isAllowed) {
    String config = SmallMixtral.CONFIG
        .replace("\"hidden_size\": 4", "\"hidden_size\": " + width)
        .replace("\"num_local_experts\": 3", "\"num_local_experts\": " + experts);
    MoeCheckpoint checkpoint = MoeCheckpoints.of(config, new MemoryTensors());
    if (isAllowed) {
      assertEquals(experts, checkpoint.outline(SmallMixtral.BLOCK).experts());
    } else {
      assertThrows(LayoutException.class, () -> checkpoint.outline(SmallMixtral.BLOCK));
    }
  }

  /** The shape, which a missing file would tell, decides between two forms of the same names. */
  @Test
  void outline_missingFile_isOfTheFirstFormWithAFaultOfEachTensor(@TempDir Path folder)
      throws IOException {
    String config = """
        {"model_type": "qwen3_vl_moe", "text_config": {"model_type": "qwen3_vl_moe_text",
         "num_hidden_layers": 1, "hidden_size": 4, "num_experts": 6, "moe_intermediate_size": 3,
         "num_experts_per_tok": 2, "decoder_sparse_step": 1, "norm_topk_prob": true}}
        """;
    MoeBlock block = MoeBlock.decoder(0);
    ModelConfig parsed = new ModelConfig(ConfigJson.parse(config));
    List<String> names = Layouts.of(parsed, Set.of()).forms(parsed, block).get(0).stream()
        .flatMap(part -> part.places().stream())
        .map(Place::name)
        .toList();
    Files.writeString(folder.resolve("config.json"), config);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        names.stream()
            .map(name -> "\"" + name + "\": \"model-00001-of-00001.safetensors\"")
            .collect(Collectors.joining(", ", "{\"weight_map\": {", "}}")));
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      BlockOutline outline = checkpoint.outline(block);
      assertEquals(names, outline.tensors().stream().map(BlockTensor::name).toList());
      assertEquals(names.size(), faults(outline).size());
      for (String fault : faults(outline)) {
        assertTrue(fault.contains("model-00001-of-00001.safetensors"), fault);
      }
    }
  }

  @Test
  void outline_expertsWithoutWeights_areNoNetworks() {
    String config = """
        {"model_type": "longcat_flash", "num_layers": 1, "hidden_size": 4, "n_routed_experts": 3,
         "zero_expert_num": 2, "expert_ffn_hidden_size": 2, "moe_topk": 4}
        """;
    BlockOutline outline =
        MoeCheckpoints.of(config, new MemoryTensors()).outline(MoeBlock.decoder(0));
    assertEquals(5, outline.experts());
    assertEquals(3, outline.networks());
    assertEquals(4, outline.choices());
    // A token may choose all three networks.
    assertEquals(5 * 4 + 3 * 24, outline.activeCount());
    assertEquals(outline.count(), outline.activeCount());
  }

  @Test
  void outline_capacityLimit_isNamed() {
    String config = """
        {"model_type": "switch_transformers", "num_layers": 2, "d_model": 4, "d_ff": 8,
         "num_experts": 3, "encoder_sparse_step": 2, "decoder_sparse_step": 2}
        """;
    BlockOutline outline =
        MoeCheckpoints.of(config, new MemoryTensors()).outline(MoeBlock.encoder(1));
    assertEquals("limited per sequence", outline.capacity());
    assertEquals("top 1 of softmax, weights as they are", outline.router());
    assertEquals(3 * 4 + 2 * 4 * 8, outline.activeCount());
  }

  @Test
  void outline_tensorMissingOrOfOtherShape_saysWhich() throws IOException {
    MemoryTensors tensors = SmallMixtral.tensors();
    tensors.remove(SmallMixtral.EXPERTS + "1.w3.weight");
    tensors.remove(SmallMixtral.EXPERTS + "0.w2.weight");
    tensors.put(
        SmallMixtral.EXPERTS + "0.w2.weight", Nd4j.zeros(DataType.FLOAT, 5, 4), TensorType.FLOAT32);
    BlockOutline outline = outline(tensors);
    assertFalse(outline.isWhole());
    assertEquals(
        List.of(
            "tensor model.layers.0.block_sparse_moe.experts.1.w3.weight of shape [5, 4] is missing",
            "tensor model.layers.0.block_sparse_moe.experts.0.w2.weight must be [4, 5] but is [5, 4]"),
        faults(outline));
    assertEquals(List.of(), stored(outline, "1.w3.weight"));
    assertEquals(List.of(SmallMixtral.EXPERTS + "1.w1.weight"), stored(outline, "1.w1.weight"));
  }

  private static List<String> stored(BlockOutline outline, String end) {
    return outline.tensors().stream()
        .filter(tensor -> tensor.name().endsWith(end))
        .findFirst()
        .orElseThrow()
        .stored();
  }

  @Test
  void expert_outOfRange_isRefused() throws IOException {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, SmallMixtral.tensors());
    for (int expert : new int[] {-1, 3}) {
      assertEquals(
          "expert must be in [0, 3) but was " + expert,
          assertThrows(
                  LayoutException.class,
                  () -> checkpoint.expert(SmallMixtral.BLOCK, expert, DataType.FLOAT))
              .getMessage());
    }
    assertThrows(LayoutException.class, () -> checkpoint.outline(MoeBlock.decoder(1)));
  }
}
