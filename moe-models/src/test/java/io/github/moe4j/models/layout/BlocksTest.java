package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.models.internal.ConfigJson;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which layers are sparse, by the fields that say so. */
class BlocksTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mixtral|'num_hidden_layers': 3|d0 d1 d2",
        "qwen2_moe|'num_hidden_layers': 5, 'decoder_sparse_step': 2|d1 d3",
        "qwen2_moe|'num_hidden_layers': 7, 'decoder_sparse_step': 3|d2 d5",
        "qwen3_moe|'num_hidden_layers': 3, 'mlp_only_layers': [0, 2]|d1",
        "deepseek_v2|'num_hidden_layers': 4, 'first_k_dense_replace': 1|d1 d2 d3",
        "deepseek_v3|'num_hidden_layers': 6|d3 d4 d5",
        "deepseek_v3|'num_hidden_layers': 6, 'moe_layer_freq': 2|d4",
        "llama4_text|'num_hidden_layers': 4, 'interleave_moe_layer_step': 2|d1 d3",
        "llama4_text|'num_hidden_layers': 7, 'interleave_moe_layer_step': 3|d2 d5",
        "llama4|'text_config': {'num_hidden_layers': 4, 'moe_layers': [2]}|d2",
        "llama4|'text_config': {'num_hidden_layers': 2, 'moe_layers': []}|",
        "minimax|'num_hidden_layers': 2|d0 d1",
        "minimax_m2|'num_hidden_layers': 2|d0 d1",
        "minimax_m3_vl|'text_config': {'num_hidden_layers': 3, 'moe_layer_freq': [0, 1, 1]}|d1 d2",
        "minimax_m3_vl_text|'num_hidden_layers': 2, 'mlp_layer_types': ['dense', 'sparse']|d1",
        "qwen3_next|'num_hidden_layers': 2|d0 d1",
        "qwen3_5_moe|'text_config': {'num_hidden_layers': 2}|d0 d1",
        "qwen3_vl_moe|'text_config': {'num_hidden_layers': 4, 'decoder_sparse_step': 2}|d1 d3",
        "flex_olmo|'num_hidden_layers': 2|d0 d1",
        "deepseek_v32|'num_hidden_layers': 5|d3 d4",
        "deepseek_v32|'num_hidden_layers': 3, 'mlp_layer_types': ['dense', 'sparse', 'dense']|d1",
        "deepseek_v4|'num_hidden_layers': 2|d0 d1",
        "dots1|'num_hidden_layers': 3, 'first_k_dense_replace': 1|d1 d2",
        "glm4_moe|'num_hidden_layers': 3|d1 d2",
        "mistral4|'num_hidden_layers': 2|d0 d1",
        "granitemoeshared|'num_hidden_layers': 2|d0 d1",
        "granitemoehybrid|'num_hidden_layers': 2, 'num_local_experts': 0|",
        "ernie4_5_moe|'num_hidden_layers': 4|d1 d2 d3",
        "ernie4_5_moe|'num_hidden_layers': 8, 'moe_layer_start_index': 2, 'moe_layer_end_index': 6,"
            + " 'moe_layer_interval': 2|d3 d5",
        "hunyuan_v1_moe|'num_hidden_layers': 2|d0 d1",
        "afmoe|'num_hidden_layers': 4, 'num_dense_layers': 2|d2 d3",
        "lfm2_moe|'num_hidden_layers': 4|d2 d3",
        "longcat_flash|'num_layers': 2|d0 d1",
        "cohere2_moe|'num_hidden_layers': 3, 'first_k_dense_replace': 1|d1 d2",
        "cohere2_moe|'num_hidden_layers': 2, 'mlp_layer_types': ['dense', 'sparse']|d1",
        "dbrx|'n_layers': 2|d0 d1",
        "jamba|'num_hidden_layers': 4, 'num_experts': 2, 'hidden_size': 8, 'intermediate_size': 8|d1 d3",
        "jamba|'num_hidden_layers': 4, 'num_experts': 1, 'hidden_size': 8, 'intermediate_size': 8|",
        "jetmoe|'num_hidden_layers': 2|d0 d1",
        "phimoe|'num_hidden_layers': 2|d0 d1",
        "gemma4|'text_config': {'num_hidden_layers': 2, 'enable_moe_block': true}|d0 d1",
        "gemma4|'text_config': {'num_hidden_layers': 2}|",
        "mistral3|'text_config': {'model_type': 'mistral4', 'num_hidden_layers': 2}|d0 d1",
        "switch_transformers|'num_layers': 4, 'encoder_sparse_step': 2,"
            + " 'decoder_sparse_step': 1|e1 e3 d0 d1 d2 d3",
        "switch_transformers|'num_layers': 6, 'num_sparse_encoder_layers': 2,"
            + " 'num_sparse_decoder_layers': 0|e1 e4",
        "nllb-moe|'encoder_layers': 8, 'decoder_layers': 4, 'encoder_sparse_step': 4,"
            + " 'decoder_sparse_step': 2|e3 e7 d1 d3",
        "nllb-moe|'encoder_layers': 4, 'decoder_layers': 4, 'encoder_sparse_step': 0|d3",
      })
  void blocks_ofConfig_areThose(String type, String fields, String expected) {
    String config = "{\"model_type\": \"" + type + "\", " + fields.replace('\'', '"') + "}";
    StringBuilder found = new StringBuilder();
    ModelConfig read = new ModelConfig(ConfigJson.parse(config));
    for (MoeBlock block : Layouts.of(read, Set.of()).blocks(read)) {
      found.append(' ').append(block.stack().lower().charAt(0)).append(block.layer());
    }
    assertEquals(expected == null ? "" : expected, found.toString().trim());
  }
}
