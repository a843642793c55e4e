package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.models.internal.ConfigJson;
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
        "deepseek_v4|scoring_func|\"softmax\"|softmax",
        "deepseek_v4|norm_topk_prob|false|false",
        "deepseek_v4|n_shared_experts|2|2",
        "deepseek_v4|swiglu_limit|0|0",
        "deepseek_v4|hidden_act|\"gelu\"|gelu",
        "deepseek_v4|mlp_bias|true|true",
        "dots1|scoring_func|\"softmax\"|softmax",
        "minimax|shared_intermediate_size|8|8",
        "minimax_m2|scoring_func|\"softmax\"|softmax",
        "minimax_m2|use_routing_bias|false|false",
        "minimax_m2|shared_intermediate_size|8|8",
        "ernie4_5_moe|moe_use_aux_free|false|false",
        "ernie4_5_moe|moe_norm_min|-1|-1",
        "hunyuan_v1_moe|moe_topk|[1, 2]|[1, 2]",
        "afmoe|score_func|\"softmax\"|softmax",
        "afmoe|route_norm|false|false",
        "afmoe|n_group|2|2",
        "longcat_flash|zero_expert_type|\"drop\"|drop",
        "longcat_flash|router_bias|true|true",
        "longcat_flash|norm_topk_prob|true|true",
        "cohere2_moe|expert_selection_fn|\"relu\"|relu",
        "cohere2_moe|shared_expert_combination_strategy|\"max\"|max",
        "phimoe|num_experts_per_tok|1|1",
        "switch_transformers|is_gated_act|true|true",
        "switch_transformers|feed_forward_proj|\"gated-gelu\"|gated-gelu",
        "nllb-moe|router_ignore_padding_tokens|true|true",
      })
  void of_unsupportedField_namesItAndItsValue(
      String type, String field, String value, String shown) {
    String sizes = "\"num_hidden_layers\": 1, \"hidden_size\": 8, \"num_local_experts\": 4,"
        + " \"intermediate_size\": 8, \"moe_intermediate_size\": 8, \"num_experts\": 4,"
        + " \"n_routed_experts\": 4, \"moe_num_experts\": 4";
    String message = error("{\"model_type\": \"" + type + "\", \"text_config\": {" + sizes + "}, "
        + sizes + ", \"" + field + "\": " + value + "}");
    assertTrue(message.startsWith("config " + field + " is " + shown + "; supported: "), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "qwen3_5_moe|'text_config': {'norm_topk_prob': false}|norm_topk_prob is false; supported:"
            + " true",
        "qwen3_vl_moe|'text_config': {'norm_topk_prob': false}|norm_topk_prob is false; supported:"
            + " true",
        "minimax_m3_vl|'text_config': {'hidden_act': 'gelu'}|hidden_act is gelu; supported: silu,"
            + " swigluoai",
        "minimax_m3_vl|'text_config': {'scoring_func': 'softmax'}|scoring_func is softmax;"
            + " supported: sigmoid",
        "dbrx|'d_model': 8, 'ffn_config': {'moe_normalize_expert_weights': 0.5}"
            + "|moe_normalize_expert_weights is 0.5; supported: null, or at least 1",
        "dbrx|'d_model': 8, 'ffn_config': {'ffn_act_fn': {'name': 'mish'}}"
            + "|name is mish; supported: relu, silu, gelu, gelu_new",
      })
  void of_unsupportedInnerField_namesItAndItsValue(String type, String fields, String message) {
    assertEquals(
        "config " + message,
        error("{'model_type': '%s', %s}".formatted(type, fields).replace('\'', '"')));
  }

  /** Their text part has no block of its own: both groups of experts are in one. */
  @ParameterizedTest
  @CsvSource({
    "ernie4_5_moe_vl,Ernie4_5_VLMoeForConditionalGeneration",
    "ernie4_5_vl_moe,Ernie4_5_VLMoeForConditionalGeneration",
    "ernie4_5_vl_moe,Ernie4_5_VL_MoeForConditionalGeneration"
  })
  void of_ernieWithPictures_isNoErnie(String type, String architecture) {
    String config = """
        {"model_type": "%s", "architectures": ["%s"], "moe_num_experts": [64, 64],
         "text_config": {"model_type": "%s_text"}}
        """;
    String message = error(config.formatted(type, architecture, type));
    assertTrue(
        message.startsWith("config must name a known model but has model_type " + type), message);
  }

  @Test
  void of_typeOfTwoFamilies_isTheOneOfItsClass() {
    String sizes = "\"num_hidden_layers\": 1, \"hidden_size\": 8, \"num_local_experts\": 8,"
        + " \"intermediate_size\": 8}";
    String type = "{\"model_type\": \"minimax\", \"architectures\": [\"%s\"], " + sizes;
    MemoryTensors none = new MemoryTensors();
    assertEquals(
        "minimax_m2",
        MoeCheckpoints.of(type.formatted("MiniMaxM2ForCausalLM"), none).layout());
    assertEquals(
        "minimax", MoeCheckpoints.of(type.formatted("MiniMaxForCausalLM"), none).layout());
    assertEquals("minimax", MoeCheckpoints.of(type.formatted("Other"), none).layout());
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

  /** Of each layer and expert names are made, before a tensor is looked for. */
  @Test
  void open_hugeNumbersOfLayersOrExperts_areRefused() throws IOException {
    for (int many : new int[] {1_000_000, Integer.MAX_VALUE}) {
      assertEquals(
          "config must have at most 10000 layers but has " + many,
          error(SmallMixtral.CONFIG.replace("_layers\": 1", "_layers\": " + many)));
      assertEquals(
          "config must have at most 10000 experts but has " + many,
          assertThrows(
                  LayoutException.class,
                  () -> MoeCheckpoints.of(
                          SmallMixtral.CONFIG.replace("experts\": 3", "experts\": " + many),
                          SmallMixtral.tensors())
                      .layer(0))
              .getMessage());
    }
  }
}
