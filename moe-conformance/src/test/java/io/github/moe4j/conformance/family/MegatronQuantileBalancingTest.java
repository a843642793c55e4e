package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.conformance.TestCases;
import org.junit.jupiter.api.Test;

/** Two tokens and two experts, k = 1, so β is the second largest of each column. */
class MegatronQuantileBalancingTest {
  private static String line(String scores, String beta, String indices, String newBeta) {
    return line(2, 2, 1, scores, beta, indices, newBeta);
  }

  private static String line(
      int tokens, int experts, int k, String scores, String beta, String indices, String newBeta) {
    String json = """
        {'case': 'megatron_quantile_balancing__hand',
         'config': {'num_tokens': %1$d, 'num_experts': %2$d, 'k': %3$d},
         'inputs': {
          'scores': {'shape': [%1$d, %2$d], 'dtype': 'float64', 'data': %4$s},
          'beta': {'shape': [%2$d], 'dtype': 'float64', 'data': %5$s}},
         'outputs': {
          'indices': {'shape': [%1$d, %3$d], 'dtype': 'int64', 'data': %6$s},
          'new_beta': {'shape': [%2$d], 'dtype': 'float64', 'data': %7$s}},
         'gradients': {}}
        """.formatted(tokens, experts, k, scores, beta, indices, newBeta);
    return TestCases.run(json.replace('\'', '"')).line();
  }

  @Test
  void run_onePass_handWorked() {
    // s − β = (2, 1) and (0, 2): experts 0 and 1, α = 1 and 0
    // s − α = (2, 0) and (1, 2): the second largest are 1 and 0
    assertEquals("PASS it", line("[3, 1, 1, 2]", "[1, 0]", "[0, 1]", "[1, 0]"));
    String largest = line("[3, 1, 1, 2]", "[1, 0]", "[0, 1]", "[2, 2]");
    assertTrue(largest.contains("new_beta"), largest);
  }

  @Test
  void run_severalChoices_comparedAsSets() {
    // E = 3, k = 2, T = 3, β = 0: α is the smallest of each row, 1, 0 and 2
    // s − α = (2, 1, 0), (0, 3, 1), (0, 1, 3); k·T/E + 1 = 3rd largest: 0, 1, 0
    String scores = "[3, 2, 1, 0, 3, 1, 2, 3, 5]";
    assertEquals("PASS it", line(3, 3, 2, scores, "[0, 0, 0]", "[0, 1, 1, 2, 2, 1]", "[0, 1, 0]"));
    assertEquals("PASS it", line(3, 3, 2, scores, "[0, 0, 0]", "[1, 0, 2, 1, 1, 2]", "[0, 1, 0]"));
  }

  @Test
  void run_tieAtTheBoundary_eitherChoiceIsRight() {
    // token 0: s − β = (1, 1); token 1: (0, 1), so expert 1; α = 1, 0; s − α = (0, 0) and (0, 1)
    assertEquals("PASS it", line("[1, 1, 0, 1]", "[0, 0]", "[0, 1]", "[0, 0]"));
    assertEquals("PASS it", line("[1, 1, 0, 1]", "[0, 0]", "[1, 1]", "[0, 0]"));
    String wrong = line("[1, 1, 0, 1]", "[0, 0]", "[1, 0]", "[0, 0]");
    assertTrue(wrong.startsWith("FAIL it (worst error"), wrong);
    String outside = line("[1, 1, 0, 1]", "[0, 0]", "[2, 1]", "[0, 0]");
    assertTrue(outside.contains("at indices[0, 0]: expected 2"), outside);
  }

  @Test
  void run_tieOfThree_recordedMustBeDifferentAndLargest() {
    // E = 4, k = 2, T = 2: token 0 (5, 1, 1, 1) takes 0 and any other; token 1 (1, 2, 3, 4)
    // α = 1, 2; s − α = (4, 0, 0, 0), (−1, 0, 1, 2); k·T/E + 1 = 2nd largest: −1, 0, 0, 0
    String scores = "[5, 1, 1, 1, 1, 2, 3, 4]";
    String beta = "[0, 0, 0, 0]";
    String next = "[-1, 0, 0, 0]";
    assertEquals("PASS it", line(2, 4, 2, scores, beta, "[3, 0, 3, 2]", next));
    for (String wrong : new String[] {"[0, 0, 3, 2]", "[2, 3, 3, 2]"}) {
      String line = line(2, 4, 2, scores, beta, wrong, next);
      assertTrue(line.startsWith("FAIL it (worst error"), line);
    }
  }

  @Test
  void run_malformed_saysWhy() {
    assertEquals(
        "FAIL it (E must divide T·k with k below E but T = 1, k = 1, E = 2)",
        line(1, 2, 1, "[1, 2]", "[0, 0]", "[1]", "[0, 0]"));
    assertEquals(
        "FAIL it (E must divide T·k with k below E but T = 1, k = 1, E = 1)",
        line(1, 1, 1, "[1]", "[0]", "[0]", "[0]"));
    assertEquals(
        "FAIL it (beta must be [3] but is [2])", TestCases.run(oneExpertMore()).line());
  }

  private static String oneExpertMore() {
    return """
        {"case": "megatron_quantile_balancing__hand", "config": {"num_experts": 3, "k": 1},
         "inputs": {
          "scores": {"shape": [3, 3], "dtype": "float64", "data": [1, 2, 3, 4, 5, 6, 7, 8, 9]},
          "beta": {"shape": [2], "dtype": "float64", "data": [0, 0]}},
         "outputs": {"new_beta": {"shape": [3], "dtype": "float64", "data": [0, 0, 0]}},
         "gradients": {}}
        """;
  }
}
