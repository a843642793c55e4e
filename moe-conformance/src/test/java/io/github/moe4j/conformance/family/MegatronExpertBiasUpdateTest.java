package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.conformance.TestCases;
import org.junit.jupiter.api.Test;

class MegatronExpertBiasUpdateTest {
  private static String line(
      int experts, String shape, String type, String counts, String bias, String updated) {
    String json = """
        {'case': 'megatron_expert_bias_update__hand',
         'config': {'num_experts': %1$d, 'update_rate': 0.5},
         'inputs': {
          'tokens_per_expert': {'shape': %2$s, 'dtype': '%3$s', 'data': %4$s},
          'expert_bias': {'shape': %2$s, 'dtype': 'float64', 'data': %5$s}},
         'outputs': {
          'updated_expert_bias': {'shape': %2$s, 'dtype': 'float64', 'data': %6$s}},
         'gradients': {}}
        """.formatted(experts, shape, type, counts, bias, updated);
    return TestCases.run(json.replace('\'', '"')).line();
  }

  @Test
  void run_oneLayer_movesTowardsTheMean() {
    // mean 3: above it −0.5, below it +0.5, at it unchanged
    for (String type : new String[] {"float64", "int64"}) {
      assertEquals(
          "PASS it", line(3, "[3]", type, "[5, 1, 3]", "[0.1, 0.2, 0.3]", "[-0.4, 0.7, 0.3]"));
    }
    String other = line(3, "[3]", "int64", "[5, 1, 3]", "[0.1, 0.2, 0.3]", "[-0.4, 0.7, 0.8]");
    assertTrue(other.startsWith("FAIL it (worst error"), other);
  }

  @Test
  void run_severalLayers_eachHasItsOwnMean() {
    // means 2 and 6; the mean of all, 4, would leave the third as it is
    assertEquals(
        "PASS it",
        line(2, "[2, 2]", "float64", "[3, 1, 4, 8]", "[0, 0, 1, 1]", "[-0.5, 0.5, 1.5, 0.5]"));
  }

  @Test
  void run_oneExpertOrNoTokens_unchanged() {
    assertEquals("PASS it", line(1, "[1]", "float64", "[7]", "[0.3]", "[0.3]"));
    assertEquals("PASS it", line(2, "[2]", "float64", "[0, 0]", "[0.3, 0.1]", "[0.3, 0.1]"));
  }

  @Test
  void run_malformed_saysWhy() {
    assertEquals(
        "FAIL it (tokens_per_expert must hold whole numbers from 0 but has 2.5)",
        line(2, "[2]", "float64", "[1, 2.5]", "[0, 0]", "[0, 0]"));
    assertEquals(
        "FAIL it (tokens_per_expert must hold whole numbers from 0 but has -1.0)",
        line(2, "[2]", "int64", "[-1, 2]", "[0, 0]", "[0, 0]"));
    assertEquals(
        "FAIL it (tokens_per_expert must be of num_experts = 3 but is [2])",
        line(3, "[2]", "int64", "[1, 2]", "[0, 0]", "[0, 0]"));
    assertEquals(
        "FAIL it (tokens_per_expert must be of num_experts = 1 but is [])",
        line(1, "[]", "int64", "[1]", "[0]", "[0]"));
  }

  @Test
  void run_biasOfAnotherShape_saysWhy() {
    String json = """
        {'case': 'megatron_expert_bias_update__hand',
         'config': {'num_experts': 2, 'update_rate': 0.5},
         'inputs': {
          'tokens_per_expert': {'shape': [2, 2], 'dtype': 'int64', 'data': [1, 2, 3, 4]},
          'expert_bias': {'shape': [2], 'dtype': 'float64', 'data': [0, 0]}},
         'outputs': {'updated_expert_bias': {'shape': [], 'dtype': 'float64', 'data': [0]}},
         'gradients': {}}
        """;
    assertEquals(
        "FAIL it (expert_bias must be [2, 2] but is [2])",
        TestCases.run(json.replace('\'', '"')).line());
  }
}
