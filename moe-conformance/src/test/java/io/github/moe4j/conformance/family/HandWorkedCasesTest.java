package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.conformance.CaseResult;
import io.github.moe4j.conformance.TestCases;
import org.junit.jupiter.api.Test;

/** Places where code is free to choose, or easily wrong, on numbers worked out by hand. */
class HandWorkedCasesTest {
  private static String line(String json) {
    return TestCases.run(json.replace('\'', '"')).line();
  }

  /**
   * One token x = 0 and three experts, so all logits are 0, all p = 1/3 and y = 0, and which two
   * experts are taken is open. With experts 2 and 1, f = (0, 1, 1):
   *
   * <pre>
   * aux   = E·Σ f·p = 3·(1/3 + 1/3) = 2             objective = 0.03·2 = 0.06
   * dp    = 0.03·E·f/T = (0, 0.09, 0.09)            Σ p·dp = 0.06
   * dl    = p·(dp − 0.06) = (−0.02, 0.01, 0.01)     dx = dl·(1, 2, 5) = 0.05
   * </pre>
   *
   * <p>With the lowest indices 0 and 1, dx would be 0.01 + 0.02 − 0.1 = −0.07.
   */
  private static String mixtralWithTie(String indices, double dx) {
    return """
        {'case': 'hf_mixtral_block__tie',
         'config': {'num_experts': 3, 'top_k': 2, 'activation': 'silu', 'aux_coefficient': 0.03},
         'inputs': {
          'hidden_states': {'shape': [1, 1, 1], 'dtype': 'float64', 'data': [0]},
          'router_weight': {'shape': [3, 1], 'dtype': 'float64', 'data': [1, 2, 5]},
          'experts_gate_up_proj': {'shape': [3, 2, 1], 'dtype': 'float64', 'data': [1,2,3,4,5,6]},
          'experts_down_proj': {'shape': [3, 1, 1], 'dtype': 'float64', 'data': [1, 2, 3]},
          'objective_weight': {'shape': [1, 1, 1], 'dtype': 'float64', 'data': [1]}},
         'outputs': {
          'router_logits': {'shape': [1, 3], 'dtype': 'float64', 'data': [0, 0, 0]},
          'topk_weights': {'shape': [1, 2], 'dtype': 'float64', 'data': [0.5, 0.5]},
          'topk_indices': {'shape': [1, 2], 'dtype': 'int64', 'data': %s},
          'output': {'shape': [1, 1, 1], 'dtype': 'float64', 'data': [0]},
          'aux_loss': {'shape': [], 'dtype': 'float64', 'data': [2]},
          'objective': {'shape': [], 'dtype': 'float64', 'data': [0.06]}},
         'gradients': {
          'hidden_states': {'shape': [1, 1, 1], 'dtype': 'float64', 'data': [%s]},
          'router_weight': {'shape': [3, 1], 'dtype': 'float64', 'data': [0, 0, 0]}}}
        """.formatted(indices, dx);
  }

  @Test
  void mixtral_tieAtTheBoundary_followsTheRecordedChoice() {
    assertEquals("PASS it", line(mixtralWithTie("[2, 1]", 0.05)));
    assertEquals("PASS it", line(mixtralWithTie("[0, 1]", -0.07)));
    assertTrue(line(mixtralWithTie("[0, 1]", 0.05)).startsWith("FAIL it (worst error"));
  }

  @Test
  void mixtral_recordedChoiceIsNone_fails() {
    String reason = "FAIL it (topk_indices of token 0 must be 2 experts with the largest recorded";
    assertTrue(line(mixtralWithTie("[1, 1]", 0.05)).startsWith(reason));
    assertTrue(line(mixtralWithTie("[1, 3]", 0.05)).startsWith(reason));
  }

  @Test
  void mixtral_noTie_ignoresTheRecordedChoice() {
    // x = 1: logits (1, 2, 5), the choice is 2 and 1 whatever is recorded
    String json = mixtralWithTie("[0, 1]", 0)
        .replaceFirst("\\[0]},", "[1]},")
        .replace("[0, 0, 0]},\n  'topk_weights'", "[1, 2, 5]},\n  'topk_weights'");
    String line = line(json);
    assertTrue(line.contains("topk_indices"), line);
    assertFalse(line.contains("router_logits"), line);
  }

  /**
   * One sequence of two tokens, two experts, all logits 0: p = 1/2. Token 0 lists expert 0 twice,
   * token 1 lists 0 and 1: an expert counts once a token, so f = (2/2, 1/2).
   *
   * <pre>
   * balance = E²·mean over experts (f·P) = 4·(1·½ + ½·½)/2 = 1.5    z = (ln 2)²
   * dp_te   = E²/E·f_e/S = (1, ½)      dl = ½·(dp − ¾) = (⅛, −⅛)
   * z's     : 2·ln 2·p/S = ½·ln 2 for each logit
   * </pre>
   */
  @Test
  void switchLosses_expertListedTwice_countsOnce() {
    double ln2 = Math.log(2);
    String json = """
        {'case': 'hf_switch_losses__twice',
         'config': {'groups': 1, 'tokens_per_group': 2, 'num_experts': 2},
         'inputs': {
          'router_logits': {'shape': [1, 2, 2], 'dtype': 'float64', 'data': [0, 0, 0, 0]},
          'expert_indices': {'shape': [1, 2, 2], 'dtype': 'int64', 'data': [0, 0, 0, 1]}},
         'outputs': {
          'balance_loss': {'shape': [], 'dtype': 'float64', 'data': [1.5]},
          'z_loss': {'shape': [], 'dtype': 'float64', 'data': [%s]}},
         'gradients': {
          'router_logits': {'shape': [1, 2, 2], 'dtype': 'float64', 'data': [%s, %s, %s, %s]}}}
        """.formatted(
            ln2 * ln2, ln2 / 2 + 0.125, ln2 / 2 - 0.125, ln2 / 2 + 0.125, ln2 / 2 - 0.125);
    assertEquals("PASS it", line(json));
  }

  /** Equal logits: which expert counts is open and not recorded, so a difference proves nothing. */
  private static String lossOfEqualLogits(int chosen) {
    // f = 1 for the chosen one: loss = 2·½ = 1, dp = 2·f, dl = ½·(dp − 1) = ±½
    return """
        {'case': 'hf_load_balancing_loss__equal',
         'config': {'num_layers': 1, 'num_experts': 2, 'top_k': 1},
         'inputs': {'gate_logits_0': {'shape': [1, 2], 'dtype': 'float64', 'data': [0, 0]}},
         'outputs': {'loss': {'shape': [], 'dtype': 'float64', 'data': [1]}},
         'gradients': {'gate_logits_0': {'shape': [1, 2], 'dtype': 'float64', 'data': %s}}}
        """.formatted(chosen == 0 ? "[0.5, -0.5]" : "[-0.5, 0.5]");
  }

  @Test
  void loadBalancingLoss_tieNotRecorded_passesOrSkips() {
    assertEquals("PASS it", line(lossOfEqualLogits(0)));
    String other = line(lossOfEqualLogits(1));
    assertTrue(other.startsWith("SKIP it (token 0 has equal scores"), other);
  }

  @Test
  void zLoss_nothingButPadding_isZero() {
    String json = """
        {'case': 'megatron_z_loss__padding', 'config': {'num_experts': 2, 'z_loss_coeff': 1},
         'inputs': {
          'logits': {'shape': [1, 2], 'dtype': 'float64', 'data': [3, 4]},
          'padding_mask': {'shape': [1], 'dtype': 'bool', 'data': [1]}},
         'outputs': {'z_loss': {'shape': [], 'dtype': 'float64', 'data': [0]}},
         'gradients': {'logits': {'shape': [1, 2], 'dtype': 'float64', 'data': [0, 0]}}}
        """;
    CaseResult result = TestCases.run(json.replace('\'', '"'));
    assertEquals(CaseResult.Outcome.PASS, result.outcome(), result::line);
  }
}
