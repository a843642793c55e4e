package io.github.moe4j.models.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.models.layout.LayoutException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fields of {@code adapter_config.json}, read and written. */
class PeftConfigTest {
  @Test
  void of_text_isThatOfPeft() {
    Map<String, Double> ranks = new TreeMap<>(Map.of("a", 4.0, "b", 0x1p53, "c", -0x1p53));
    PeftConfig config =
        PeftConfig.of(2, 3.5, true, 0.25, List.of("up", "down"), ranks, Map.of("a", 8.0));
    String text = PeftJson.of(config, "base");
    assertEquals("""
        {
          "alpha_pattern" : {
            "a" : 8
          },
          "base_model_name_or_path" : "base",
          "bias" : "none",
          "fan_in_fan_out" : false,
          "inference_mode" : true,
          "init_lora_weights" : true,
          "lora_alpha" : 3.5,
          "lora_dropout" : 0.25,
          "modules_to_save" : null,
          "peft_type" : "LORA",
          "r" : 2,
          "rank_pattern" : {
            "a" : 4,
            "b" : 9.007199254740992E15,
            "c" : -9.007199254740992E15
          },
          "target_modules" : [
            "up",
            "down"
          ],
          "task_type" : "CAUSAL_LM",
          "use_dora" : false,
          "use_rslora" : true
        }
        """, text);
    assertEquals(config, PeftConfig.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "false", "[]", "{}"})
  void parse_unknownFieldThatIsEmpty_isTaken(String value) {
    assertEquals(8, PeftConfig.parse(UP.formatted("\"new_field\": " + value)).rank());
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "[1]", "{\"a\": 1}", "0", "\"\""})
  void parse_unknownFieldThatIsSet_isRefused(String value) {
    assertThrows(
        LayoutException.class, () -> PeftConfig.parse(UP.formatted("\"new_field\": " + value)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "2147483648", "1e300"})
  void parse_rank_wholeNumberFromOne(String rank) {
    assertThrows(LayoutException.class, () -> PeftConfig.parse(UP.formatted("\"r\": " + rank)));
    assertEquals(
        Integer.MAX_VALUE, PeftConfig.parse(UP.formatted("\"r\": 2147483647")).rank());
    assertEquals(1, PeftConfig.parse(UP.formatted("\"r\": 1")).rank());
  }

  private static final String UP = "{\"peft_type\": \"LORA\", \"target_modules\": [\"up\"], %s}";

  @Test
  void integers_listOrOneNumber() {
    Map<String, Object> fields = Map.of("list", List.of(1, 2), "one", 3, "text", "x");
    PeftFields peft = new PeftFields(fields);
    assertEquals(List.of(1, 2), peft.integers("list"));
    assertEquals(List.of(3), peft.integers("one"));
    assertNull(peft.integers("none"));
    assertThrows(LayoutException.class, () -> peft.integers("text"));
  }
}
