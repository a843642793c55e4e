package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.moe4j.conformance.TestCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That options of blocks are followed: with another value the recorded numbers are wrong. */
class HfBlocksTest {
  private static String with(String name, String option, String json) {
    ObjectNode root = TestCases.builtIn(name);
    ((ObjectNode) root.get("config")).set(option, TestCases.value(json));
    return TestCases.run(root).line();
  }

  @ParameterizedTest
  @CsvSource({
    "hf_afmoe_block__basic, route_scale, 2.4",
    "hf_cohere2_moe_block__sigmoid_no_norm, norm_topk_prob, true",
    "hf_cohere2_moe_block__softmax_sum, shared_expert_combination_strategy, \"average\"",
    "hf_cohere2_moe_block__softmax_sum, expert_selection_fn, \"sigmoid\"",
    "hf_dbrx_ffn__basic, moe_normalize_expert_weights, 2",
    "hf_dbrx_ffn__basic, moe_normalize_expert_weights, null",
    "hf_deepseek_v4_moe__topk, scoring_func, \"sigmoid\"",
    "hf_deepseek_v4_moe__topk, swiglu_limit, 0.1",
    "hf_ernie4_5_moe__basic, moe_norm_min, 0.9",
    "hf_flex_olmo_block__basic, norm_topk_prob, true",
    "hf_gemma4_moe__basic, rms_norm_eps, 0.1",
    "hf_glm4_moe__basic, norm_topk_prob, false",
    "hf_granitemoeshared__basic, residual_multiplier, 1",
    "hf_lfm2_moe_block__basic, use_expert_bias, false",
    "hf_longcat_flash_moe__basic, routed_scaling_factor, 1",
    "hf_minimax_m3_moe__basic, swiglu_alpha, 1",
    "hf_minimax_m3_moe__basic, routed_scaling_factor, 1",
    "hf_mistral4_moe__basic, norm_topk_prob, false",
    "hf_phimoe_block__eval, router_jitter_noise, 0.01",
    "hf_qwen3_moe_block__basic, norm_topk_prob, false",
    "hf_qwen3_next_block__basic, aux_coefficient, 0.5"
  })
  void run_otherOption_fails(String name, String option, String json) {
    String line = with(name, option, json);
    assertTrue(line.startsWith("FAIL it (worst error"), line);
  }

  @ParameterizedTest
  @CsvSource({
    "hf_cohere2_moe_block__softmax_sum, expert_selection_fn, \"tanh\"",
    "hf_cohere2_moe_block__softmax_sum, shared_expert_combination_strategy, \"max\"",
    "hf_dbrx_ffn__basic, moe_normalize_expert_weights, 0.5",
    "hf_dbrx_ffn__basic, moe_jitter_eps, 0.1",
    "hf_deepseek_v4_moe__topk, scoring_func, \"softmax\"",
    "hf_deepseek_v4_moe__topk, activation, \"gelu\"",
    "hf_glm4_moe__negative_bias, top_k, 5",
    "hf_longcat_flash_moe__basic, zero_expert_type, \"drop\"",
    "hf_minimax_m2_block__basic, router_jitter_noise, 0.1",
    "hf_phimoe_block__train, input_jitter_noise, 0.1"
  })
  void run_unsupportedOption_skips(String name, String option, String json) {
    String line = with(name, option, json);
    assertTrue(line.startsWith("SKIP it (") && line.contains(option), line);
  }

  @Test
  void run_failedWithOptionThatNothingReads_namesIt() {
    ObjectNode root = TestCases.builtIn("hf_jamba_moe__basic");
    ((ObjectNode) root.get("config")).put("hidden_clip", 3);
    assertEquals("PASS it", TestCases.run(root).line());
    ((ObjectNode) root.get("config")).put("aux_coefficient", 3);
    String line = TestCases.run(root).line();
    assertTrue(line.endsWith("; options not read: [hidden_clip])"), line);
  }

  @Test
  void run_tableWithAnExpertTwice_skips() {
    ObjectNode root = TestCases.builtIn("hf_deepseek_v4_moe__hash");
    var table = (ArrayNode) root.get("inputs").get("tid2eid").get("data");
    table.set(1, table.get(0));
    assertEquals(
        "SKIP it (tid2eid gives id 0 an expert twice)", TestCases.run(root).line());
  }
}
