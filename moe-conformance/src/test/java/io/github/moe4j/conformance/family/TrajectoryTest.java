package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.moe4j.conformance.TestCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrajectoryTest {
  private static ObjectNode optimizer(ObjectNode root) {
    return (ObjectNode) root.get("config").get("optimizer");
  }

  private static String line(ObjectNode root) {
    return TestCases.run(root).line();
  }

  @ParameterizedTest
  @CsvSource({
    "trajectory_davidmrau_noisy_topk_sgd__seed_a, momentum, 0.9000001",
    "trajectory_torchtitan_bias_sgd__seed_a, lr, 0.1000001",
    "trajectory_hf_mixtral_adamw__seed_a, weight_decay, 0.1000001",
    "trajectory_hf_switch_adam__seed_a, beta2, 0.9990001",
    "trajectory_megatron_topk_router_adam__seed_a, eps, 1e-5"
  })
  void run_otherOptimizer_fails(String name, String option, double value) {
    ObjectNode root = TestCases.builtIn(name);
    optimizer(root).put(option, value);
    String line = line(root);
    assertTrue(line.startsWith("FAIL it (worst error"), line);
    assertTrue(line.contains("final_"), line);
  }

  @ParameterizedTest
  @CsvSource({
    "trajectory_deepseek_v3_bias_adamw__seed_a, bias_update_rate",
    "trajectory_torchtitan_bias_sgd__seed_a, load_balance_coeff",
    "trajectory_megatron_topk_router_adam__seed_a, expert_bias_update_rate"
  })
  void run_otherRateOfTheBias_fails(String name, String option) {
    ObjectNode root = TestCases.builtIn(name);
    ((ObjectNode) root.get("config")).put(option, 0.0201);
    assertTrue(line(root).contains("expert_bias_after"));
  }

  @Test
  void run_unknownOptimizerOrOption_skips() {
    ObjectNode root = TestCases.builtIn("trajectory_hf_mixtral_adamw__seed_a");
    optimizer(root).put("amsgrad", false);
    assertEquals("PASS it", line(root));
    optimizer(root).put("amsgrad", true);
    assertEquals("SKIP it (config has an unknown option amsgrad)", line(root));
    optimizer(root).put("name", "Lion");
    assertEquals("SKIP it (config optimizer is Lion)", line(root));
  }
}
