package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.testkit.MemoryTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers of a config that do not fit together, and fields that are null, are errors when a model is opened. */
class ConfigNumbersTest {
  private static final String SIZES =
      "'num_hidden_layers': 4, 'hidden_size': 8, 'intermediate_size': 8, 'moe_intermediate_size': 8,"
          + " 'shared_expert_intermediate_size': 8, 'num_local_experts': 8, 'n_routed_experts': 8,"
          + " 'num_experts': 8, 'encoder_layers': 4, 'decoder_layers': 4, 'd_model': 8, 'd_ff': 8,"
          + " 'encoder_ffn_dim': 8, 'moe_num_experts': 8, 'decoder_ffn_dim': 8, 'num_layers': 4, 'n_layers': 4, 'expert_ffn_hidden_size': 8";

  private static MoeCheckpoint open(String type, String fields) {
    String json = "{'model_type': '" + type + "', " + SIZES + ", " + fields + "}";
    // The last of two equal fields would be an error of its own.
    return MoeCheckpoints.of(json.replace('\'', '"'), new MemoryTensors());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mixtral|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "qwen2_moe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "qwen3_moe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "olmoe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "gpt_oss|'experts_per_token': 9|experts_per_token must be at most the number of experts, which is 8, but is 9",
        "llama4_text|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "minimax|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "minimax_m2|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "minimax_m3_vl_text|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "qwen3_next|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "qwen3_5_moe_text|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "qwen3_vl_moe_text|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "flex_olmo|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "dots1|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "deepseek_v32|'n_group': 1, 'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "glm4_moe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "mistral4|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "granitemoe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "granitemoeshared|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "granitemoehybrid|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "afmoe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "lfm2_moe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "cohere2_moe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "jamba|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "jetmoe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "phimoe|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "deepseek_v4|'num_experts_per_tok': 9|num_experts_per_tok must be at most the number of experts, which is 8, but is 9",
        "deepseek_v4|'mlp_layer_types': ['moe']|mlp_layer_types must have a text for each of 4 layers but has 1",
        "ernie4_5_moe|'moe_k': 9|moe_k must be at most the number of experts, which is 8, but is 9",
        "hunyuan_v1_moe|'moe_topk': 9|moe_topk must be at most the number of experts, which is 8, but is 9",
        "gemma4_text|'enable_moe_block': true, 'top_k_experts': 9|top_k_experts must be at most the number of experts, which is 8, but is 9",
        "longcat_flash|'zero_expert_num': 4, 'moe_topk': 13|moe_topk must be at most the number of experts, which is 12, but is 13",
        "dbrx|'ffn_config': {'moe_num_experts': 4, 'moe_top_k': 5}|moe_top_k must be at most the number of experts, which is 4, but is 5",
        "mistral4|'num_experts_per_tok': 5, 'n_group': 2, 'topk_group': 1|num_experts_per_tok must be at most the number of experts in topk_group groups, which is 4, but is 5",
        "jamba|'expert_layer_period': 2, 'expert_layer_offset': 2|expert_layer_offset must be below expert_layer_period, which is 2, but is 2",
        "cohere2_moe|'mlp_layer_types': ['sparse']|mlp_layer_types must have a text for each of 4 layers but has 1",
        "minimax_m3_vl_text|'moe_layer_freq': [1]|moe_layer_freq must have a number for each of 4 layers but has 1",
        "deepseek_v3|'num_experts_per_tok': 2, 'n_group': 8|n_group must divide 8 experts into groups of at least 2 but is 8",
        "deepseek_v3|'num_experts_per_tok': 2, 'n_group': 3|n_group must divide 8 experts into groups of at least 2 but is 3",
        "deepseek_v3|'num_experts_per_tok': 2, 'n_group': 2, 'topk_group': 3|topk_group must be at most n_group, which is 2, but is 3",
        "deepseek_v3|'num_experts_per_tok': 5, 'n_group': 2, 'topk_group': 1|num_experts_per_tok must be at most the number of experts in topk_group groups, which is 4, but is 5",
        "deepseek_v2|'num_experts_per_tok': 2, 'topk_method': 'group_limited_greedy', 'n_group': 16, 'topk_group': 1|n_group must be at most the number of experts, which is 8, but is 16",
        "deepseek_v3|'num_experts_per_tok': 2, 'n_group': null|n_group must have a value, or be absent, but is null",
        "deepseek_v3|'num_experts_per_tok': null, 'n_group': 1|num_experts_per_tok must have a value, or be absent, but is null",
        "deepseek_v3|'num_experts_per_tok': 2, 'n_group': 1, 'first_k_dense_replace': null|first_k_dense_replace must have a value, or be absent, but is null",
        "qwen3_moe|'norm_topk_prob': null|norm_topk_prob must have a value, or be absent, but is null",
        "switch_transformers|'expert_capacity': null|expert_capacity must have a value, or be absent, but is null",
        "nllb-moe|'second_expert_policy': null|second_expert_policy must have a value, or be absent, but is null",
      })
  void open_numbersThatDoNotFit_namesTheField(String type, String fields, String message) {
    assertEquals(
        "config " + message,
        assertThrows(LayoutException.class, () -> open(type, fields)).getMessage());
  }

  @Test
  void open_nullThatStandsForNone_isTaken() {
    assertEquals(4, open("qwen3_moe", "'mlp_only_layers': null").blocks().size());
    assertEquals(4, open("llama4_text", "'moe_layers': null").blocks().size());
    assertEquals(
        1,
        open("deepseek_v3", "'num_experts_per_tok': 2, 'n_group': 1, 'n_shared_experts': null")
            .blocks()
            .size());
    assertEquals(2, open("nllb-moe", "'expert_capacity': null").blocks().size());
    assertEquals(4, open("mixtral", "'quantization_config': null").blocks().size());
  }
}
