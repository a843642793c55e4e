package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnsupportedConfigTest {
  private static String error(String config, MemoryTensors tensors) {
    return assertThrows(LayoutException.class, () -> MoeCheckpoints.of(config, tensors))
        .getMessage();
  }

  private static String error(String config) {
    return error(config, new MemoryTensors());
  }

  @Test
  void of_unknownModelType_listsTheKnown() {
    String message = error("{\"model_type\": \"bert\", \"architectures\": [\"BertModel\"]}");
    assertTrue(
        message.startsWith("config must name a known model but has model_type bert and"
            + " architectures [BertModel]; known are [mixtral, qwen2_moe,"),
        message);
  }

  @Test
  void of_noModelType_isFoundByItsClass() {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(
        "{\"architectures\": [\"GptOssForCausalLM\"], \"num_hidden_layers\": 2, \"hidden_size\": 8,"
            + " \"num_local_experts\": 4, \"intermediate_size\": 8}",
        new MemoryTensors());
    assertEquals("gpt_oss", checkpoint.layout());
    assertEquals(2, checkpoint.blocks().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mixtral|quantization_config|{\"quant_method\": \"awq\"}|{quant_method=awq}",
        "llama4|quantization_config|{\"quant_method\": \"fp8\"}|{quant_method=fp8}",
        "deepseek_v2|norm_topk_prob|true|true",
        "deepseek_v2|scoring_func|\"sigmoid\"|sigmoid",
        "deepseek_v2|mlp_bias|true|true",
        "deepseek_v3|scoring_func|\"softmax\"|softmax",
        "deepseek_v3|topk_method|\"greedy\"|greedy",
        "gpt_oss|hidden_act|\"gelu\"|gelu",
        "switch_transformers|is_gated_act|true|true",
        "switch_transformers|feed_forward_proj|\"gated-gelu\"|gated-gelu",
        "nllb-moe|router_ignore_padding_tokens|true|true",
      })
  void of_unsupportedField_namesItAndItsValue(
      String type, String field, String value, String shown) {
    String sizes = "\"num_hidden_layers\": 1, \"hidden_size\": 8, \"num_local_experts\": 4,"
        + " \"intermediate_size\": 8";
    String message = error("{\"model_type\": \"" + type + "\", \"text_config\": {" + sizes + "}, "
        + sizes + ", \"" + field + "\": " + value + "}");
    assertTrue(message.startsWith("config " + field + " is " + shown + "; supported: "), message);
  }

  @Test
  void layer_unknownActivation_namesIt() throws IOException {
    String config = SmallMixtral.CONFIG.replace("}", ", \"hidden_act\": \"mish\"}");
    MoeCheckpoint checkpoint = MoeCheckpoints.of(config, SmallMixtral.tensors());
    assertEquals(
        "config hidden_act is mish; supported: relu, silu, gelu, gelu_new",
        assertThrows(LayoutException.class, () -> checkpoint.layer(0)).getMessage());
  }

  @Test
  void of_fieldMissing_namesIt() {
    assertEquals(
        "config must have num_experts, a whole number, but has none",
        error("{\"model_type\": \"olmoe\", \"num_hidden_layers\": 1}"));
  }

  @Test
  void open_folderWithoutConfig_isAnErrorOfTheFile(@TempDir Path folder) {
    assertThrows(IOException.class, () -> MoeCheckpoints.open(folder));
  }

  @Test
  void open_hugeConfig_isRefusedUnread(@TempDir Path folder) throws IOException {
    Files.write(folder.resolve("config.json"), new byte[ConfigJson.MAX_LENGTH + 1]);
    assertThrows(LayoutException.class, () -> MoeCheckpoints.open(folder));
  }
}
