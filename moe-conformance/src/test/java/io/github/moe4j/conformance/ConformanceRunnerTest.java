package io.github.moe4j.conformance;

import static io.github.moe4j.conformance.TestCases.builtIn;
import static io.github.moe4j.conformance.TestCases.data;
import static io.github.moe4j.conformance.TestCases.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.moe4j.conformance.CaseResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConformanceRunnerTest {
  private static final String MIXTRAL = "hf_mixtral_block__one_token";

  private static void assertFails(CaseResult result, String reason) {
    assertEquals(Outcome.FAIL, result.outcome(), result::line);
    assertTrue(result.reason().contains(reason), result::line);
    assertEquals(1, result.line().lines().count());
  }

  /** Every number array is really compared: one wrong number in any of them fails the case. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf_load_balancing_loss__mask",
        MIXTRAL,
        "hf_olmoe_block__no_norm",
        "hf_qwen2_moe_block__norm_idle_expert",
        "hf_switch_block__no_drop_bias",
        "hf_switch_losses__top2",
        "megatron_switch_aux_loss__padding",
        "megatron_z_loss__padding",
        "mistral_inference_moe__basic"
      })
  void run_oneNumberWrong_fails(String name) {
    for (String section : List.of("outputs", "gradients")) {
      List<String> tensors = new ArrayList<>();
      builtIn(name).get(section).fieldNames().forEachRemaining(tensors::add);
      for (String tensor : tensors) {
        ObjectNode changed = builtIn(name);
        ArrayNode data = data(changed, section, tensor);
        int last = data.size() - 1;
        if (data.get(last).isIntegralNumber()) {
          data.set(last, data.numberNode(data.get(last).intValue() == 0 ? 1 : 0));
        } else {
          data.set(last, data.numberNode(data.get(last).doubleValue() + 1e-7));
        }
        assertFails(run(changed), tensor);
      }
    }
  }

  @Test
  void run_wrongOutput_saysWhereAndHowMuch() {
    ObjectNode changed = builtIn("megatron_z_loss__basic");
    double right = data(changed, "gradients", "logits").get(17).doubleValue();
    data(changed, "gradients", "logits").set(17, changed.numberNode(right + 0.5));
    // 8 experts: flat place 17 is token 2, expert 1
    assertFails(run(changed), "gradient of logits[2, 1]: expected " + (right + 0.5) + ", was ");
  }

  @Test
  void run_outputThatNobodyComputes_fails() {
    ObjectNode changed = builtIn(MIXTRAL);
    ((ObjectNode) changed.get("outputs"))
        .set("surprise", changed.get("outputs").get("aux_loss").deepCopy());
    assertFails(run(changed), "not compared: surprise");
  }

  @Test
  void run_gradientThatNobodyComputes_fails() {
    ObjectNode changed = builtIn(MIXTRAL);
    ((ObjectNode) changed.get("gradients"))
        .set("objective_weight", changed.get("inputs").get("objective_weight").deepCopy());
    assertFails(run(changed), "not compared: gradient of objective_weight");
  }

  @Test
  void run_inputMissing_fails() {
    ObjectNode changed = builtIn(MIXTRAL);
    ((ObjectNode) changed.get("inputs")).remove("router_weight");
    assertFails(run(changed), "inputs must have router_weight");
  }

  @ParameterizedTest
  @CsvSource({"top_k, 9", "top_k, 0", "num_experts, 7", "top_k, 1", "num_experts, -3"})
  void run_configAgainstInputs_fails(String option, int value) {
    ObjectNode changed = builtIn(MIXTRAL);
    ((ObjectNode) changed.get("config")).put(option, value);
    assertFails(run(changed), "must be");
  }

  @Test
  void run_unknownActivation_skips() {
    ObjectNode changed = builtIn(MIXTRAL);
    ((ObjectNode) changed.get("config")).put("activation", "snake");
    assertEquals("SKIP it (no activation snake)", run(changed).line());
  }

  @Test
  void run_jitter_skips() {
    ObjectNode changed = builtIn("hf_switch_block__no_drop_bias");
    ((ObjectNode) changed.get("config")).put("jitter", 0.1);
    assertEquals(
        "SKIP it (config jitter is 0.1: jitter draws random numbers)",
        run(changed).line());
  }

  @Test
  void run_unknownFamily_skips() {
    ObjectNode changed = builtIn(MIXTRAL).put("case", "novel__one");
    assertEquals("SKIP it (no implementation of novel yet)", run(changed).line());
  }

  @Test
  void run_familyThatThrows_fails() {
    ReferenceCase reference = CaseReader.parse(builtIn(MIXTRAL));
    ConformanceRunner runner = new ConformanceRunner(List.of(family((r, c) -> {
      throw new IllegalStateException("no\nway");
    })));
    assertEquals(
        "FAIL it (the library threw java.lang.IllegalStateException: no way)",
        runner.run("it", reference).line());
  }

  @Test
  void run_familyThatComparesNothing_fails() {
    ReferenceCase reference = CaseReader.parse(builtIn(MIXTRAL));
    ConformanceRunner runner = new ConformanceRunner(List.of(family((r, c) -> {})));
    assertFails(runner.run("it", reference), "not compared: router_logits");
  }

  @Test
  void constructor_familyTwice_isRefused() {
    List<ReferenceFamily> twice = List.of(family((r, c) -> {}), family((r, c) -> {}));
    assertThrows(IllegalArgumentException.class, () -> new ConformanceRunner(twice));
  }

  private interface Run {
    void run(ReferenceCase reference, Comparison comparison);
  }

  private static ReferenceFamily family(Run run) {
    return new ReferenceFamily() {
      @Override
      public String name() {
        return "hf_mixtral_block";
      }

      @Override
      public void run(ReferenceCase reference, Comparison comparison) {
        run.run(reference, comparison);
      }
    };
  }
}
