package io.github.moe4j.models.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.models.layout.LayoutException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The modules that PEFT's fields choose, as peft/tuners/tuners_utils.py does. */
class TargetModulesTest {
  private static final List<String> MODULES = List.of(
      "model.layers.0.mlp.gate_proj",
      "model.layers.1.mlp.gate_proj",
      "model.layers.12.mlp.gate_proj",
      "model.layers.1.mlp.big_gate_proj",
      "model.blocks.1.mlp.gate_proj",
      "gate_proj");

  /** Numbers in the list of modules. */
  private static List<Integer> chosen(Map<String, Object> fields) {
    TargetModules targets = TargetModules.of(new PeftFields(fields));
    return Stream.iterate(0, i -> i + 1)
        .limit(MODULES.size())
        .filter(i -> targets.contain(MODULES.get(i)))
        .toList();
  }

  @Test
  void names_areTheEndOfAModulesName() {
    assertEquals(List.of(0, 1, 2, 4, 5), chosen(Map.of("target_modules", List.of("gate_proj"))));
    assertEquals(List.of(3), chosen(Map.of("target_modules", List.of("mlp.big_gate_proj"))));
    assertEquals(
        List.of(0, 2, 4, 5),
        chosen(Map.of(
            "target_modules",
            List.of("gate_proj"),
            "exclude_modules",
            List.of("layers.1.mlp.gate_proj"))));
  }

  @Test
  void expressions_matchWholeNames() {
    assertEquals(List.of(0, 1, 2), chosen(Map.of("target_modules", ".*layers.*\\.gate_proj")));
    assertEquals(List.of(), chosen(Map.of("target_modules", "gate")));
    assertEquals(
        List.of(0, 2),
        chosen(
            Map.of("target_modules", ".*layers.*\\.gate_proj", "exclude_modules", ".*\\.1\\..*")));
  }

  /** A name that is given whole is chosen in any layer. */
  @Test
  void layers_limitNamesToThem() {
    Map<String, Object> one =
        Map.of("target_modules", List.of("gate_proj"), "layers_to_transform", 1);
    assertEquals(List.of(1, 4, 5), chosen(one));
    assertEquals(
        List.of(0, 2, 5),
        chosen(
            Map.of("target_modules", List.of("gate_proj"), "layers_to_transform", List.of(0, 12))));
    assertEquals(
        List.of(1, 5),
        chosen(Map.of(
            "target_modules",
            List.of("gate_proj"),
            "layers_to_transform",
            1,
            "layers_pattern",
            List.of("layers"))));
    assertEquals(
        List.of(0, 1, 2, 4, 5),
        chosen(Map.of("target_modules", List.of("gate_proj"), "layers_to_transform", List.of())));
  }

  @Test
  void fields_ofOtherKinds_saySo() {
    Map<String, Object> fields =
        Map.of("target_modules", List.of("gate_proj"), "layers_to_transform", List.of("1"));
    assertEquals(
        "adapter_config.json: layers_to_transform must be a list of whole numbers but is [1]",
        assertThrows(LayoutException.class, () -> chosen(fields)).getMessage());
  }
}
