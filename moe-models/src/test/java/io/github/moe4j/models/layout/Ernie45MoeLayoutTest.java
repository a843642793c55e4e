package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.models.internal.ConfigJson;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fields of ERNIE 4.5 that few of its models have. */
class Ernie45MoeLayoutTest {
  private static final Ernie45MoeLayout LAYOUT = new Ernie45MoeLayout();

  private static ModelConfig config(String fields) {
    return new ModelConfig(ConfigJson.parse("""
        {"num_hidden_layers": 6, "hidden_size": 6, "moe_intermediate_size": 4, "moe_num_experts": 4,
        "moe_k": 2 %s}""".formatted(fields)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | 1, 2, 3, 4, 5",
        "`, \"moe_layer_start_index\": 0` | 0, 1, 2, 3, 4, 5",
        "`, \"moe_layer_start_index\": 2, \"moe_layer_end_index\": 4` | 2, 3, 4",
        "`, \"moe_layer_end_index\": -1` | 1, 2, 3, 4, 5",
        "`, \"moe_layer_interval\": 2` | 1, 3, 5",
        "`, \"moe_layer_start_index\": 0, \"moe_layer_interval\": 3` | 2, 5"
      })
  void blocks_byFirstLastAndStep(String fields, String layers) {
    assertEquals(
        "[" + layers + "]",
        LAYOUT.blocks(config(fields)).stream().map(MoeBlock::layer).toList().toString());
  }

  @Test
  void check_leastSum_fromZero() {
    LAYOUT.check(config(", \"moe_norm_min\": 0"));
    ModelConfig negative = config(", \"moe_norm_min\": -1");
    assertEquals(
        "config moe_norm_min is -1; supported: at least 0",
        assertThrows(LayoutException.class, () -> LAYOUT.check(negative)).getMessage());
  }

  private static List<String> biases(String fields) {
    return LAYOUT.forms(config(fields), MoeBlock.decoder(1)).get(0).stream()
        .flatMap(part -> part.places().stream())
        .map(Place::name)
        .filter(name -> name.contains("shared_experts") && name.endsWith(".bias"))
        .map(name -> name.replaceAll(".*shared_experts\\.", ""))
        .sorted()
        .toList();
  }

  @Test
  void forms_sharedExperts_withBiasesIfThereAreAny() {
    assertEquals(
        List.of("down_proj.bias", "gate_proj.bias", "up_proj.bias"),
        biases(", \"use_bias\": true"));
    assertEquals(List.of(), biases(""));
    assertEquals(List.of(), biases(", \"use_bias\": true, \"moe_num_shared_experts\": 0"));
  }
}
