package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.conformance.TestCases;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EpfmlLossesTest {
  private static final double LN2 = Math.log(2);
  private static final double LN3 = Math.log(3);
  private static final double LN4 = Math.log(4);

  /** Entropy of (3/4, 1/4): ln 4 − 3/4·ln 3. */
  private static final double H = LN4 - 0.75 * LN3;

  private static String json(int experts, String indices, double[] logits, double[] gradient) {
    int tokens = logits.length / experts;
    return """
        {'case': 'epfml_losses__hand', 'config': {'num_experts': %d},
         'inputs': {
          'router_logits': {'shape': [%d, %d], 'dtype': 'float64', 'data': %s},
          'expert_indices': %s},
         'outputs': {
          'load_balancing_loss': {'shape': [], 'dtype': 'float64', 'data': [BALANCE]},
          'router_z_loss': {'shape': [], 'dtype': 'float64', 'data': [Z]},
          'entropy_reg_mean_over_batch': {'shape': [], 'dtype': 'float64', 'data': [MEAN]},
          'entropy_reg_per_token': {'shape': [], 'dtype': 'float64', 'data': [EACH]},
          'objective': {'shape': [], 'dtype': 'float64', 'data': [OBJECTIVE]}},
         'gradients': {
          'router_logits': {'shape': [%d, %d], 'dtype': 'float64', 'data': %s}}}
        """.formatted(
            experts,
            tokens,
            experts,
            Arrays.toString(logits),
            indices,
            tokens,
            experts,
            Arrays.toString(gradient));
  }

  private static String expecting(
      String json, double balance, double z, double mean, double each, double objective) {
    return json.replace("BALANCE", "" + balance)
        .replace("Z]", z + "]")
        .replace("MEAN", "" + mean)
        .replace("EACH", "" + each)
        .replace("OBJECTIVE", "" + objective)
        .replace('\'', '"');
  }

  /**
   * p = (3/4, 1/4) and (1/4, 3/4), whose mean is (1/2, 1/2). Token 0 lists expert 0 twice, which
   * counts once, token 1 lists 1 and 0: f = (1, 1/2).
   *
   * <pre>
   * balance = 1·½ + ½·½ = ¾      z = (ln 4)²      mean −ln 2      each token −H
   * balance: dp = f/T = (½, ¼)   Σp·dp = 7/16 and 5/16     dl = (3/64, −3/64) for both tokens
   * z:       0.1·2·ln 4·p/T = 0.1·ln 4·p
   * mean:    the same dp for both experts, so dl = 0
   * each:    0.5/T·p·(ln p + H) = ¼·(±3/16·ln 3)
   * </pre>
   */
  private static String twoTokens(String indices) {
    double each = 3 / 64.0 * LN3;
    double[] gradient = {
      3 / 64.0 + 0.075 * LN4 + each,
      -3 / 64.0 + 0.025 * LN4 - each,
      3 / 64.0 + 0.025 * LN4 - each,
      -3 / 64.0 + 0.075 * LN4 + each
    };
    return expecting(
        json(2, indices, new double[] {LN3, 0, 0, LN3}, gradient),
        0.75,
        LN4 * LN4,
        -LN2,
        -H,
        0.75 + 0.1 * LN4 * LN4 - LN2 - 0.5 * H);
  }

  @Test
  void run_twoTokens_handWorked() {
    String indices = "{'shape': [2, 2], 'dtype': 'int64', 'data': [0, 0, 1, 0]}";
    assertEquals("PASS it", TestCases.run(twoTokens(indices)).line());
  }

  @Test
  void run_otherChoice_fails() {
    String indices = "{'shape': [2, 2], 'dtype': 'int64', 'data': [0, 1, 1, 0]}";
    String line = TestCases.run(twoTokens(indices)).line();
    assertTrue(line.startsWith("FAIL it (worst error"), line);
    assertTrue(line.contains("differing: [load_balancing_loss, objective, gradient of"), line);
  }

  @Test
  void run_oneExpert_onlyTheZLossLearns() {
    // z = (25 + 49)/2 = 37; balance 1; entropies 0; dl = 0.1·2·l/T = 0.1·l
    String indices = "{'shape': [2], 'dtype': 'int64', 'data': [0, 0]}";
    String json = json(1, indices, new double[] {5, 7}, new double[] {0.5, 0.7});
    assertEquals("PASS it", TestCases.run(expecting(json, 1, 37, 0, 0, 4.7)).line());
  }

  @Test
  void run_oneTokenWithLargeLogits_finite() {
    // p = (1, e^−1600), which is 0: balance 1 for expert 0, z = 800², entropies 0, dl = (160, 0)
    String indices = "{'shape': [1, 1], 'dtype': 'int64', 'data': [0]}";
    String json = json(2, indices, new double[] {800, -800}, new double[] {160, 0});
    assertEquals(
        "PASS it", TestCases.run(expecting(json, 1, 640_000, 0, 0, 64_001)).line());
  }

  @Test
  void run_malformed_saysWhy() {
    String odd = "{'shape': [3], 'dtype': 'int64', 'data': [0, 1, 0]}";
    assertEquals(
        "FAIL it (expert_indices must be of 2 tokens but has length 3)",
        TestCases.run(twoTokens(odd)).line());
    String two = "{'shape': [2], 'dtype': 'int64', 'data': [0, 1]}";
    assertEquals(
        "FAIL it (router_logits must be [*, 3] but is [2, 2])",
        TestCases.run(twoTokens(two).replace("\"num_experts\": 2", "\"num_experts\": 3"))
            .line());
    String floats = "{'shape': [2], 'dtype': 'float64', 'data': [0, 1]}";
    assertEquals(
        "FAIL it (expert_indices must be of integers but is float64)",
        TestCases.run(twoTokens(floats)).line());
    String outside = "{'shape': [2], 'dtype': 'int64', 'data': [0, 2]}";
    String line = TestCases.run(twoTokens(outside)).line();
    assertTrue(line.contains("expert of assignment 1 must be in [0, 2) but was 2"), line);
  }
}
