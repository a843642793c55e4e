package io.github.moe4j.models.layout;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All layouts. */
final class Layouts {
  private static final List<Layout> ALL = List.of(
      new MixtralLayout(),
      new Qwen2MoeLayout(),
      new Qwen3MoeLayout(),
      new OlmoeLayout(),
      new DeepSeekV2Layout(),
      DeepSeekV3Layout.deepSeekV3(),
      DeepSeekV3Layout.glm4(),
      new GptOssLayout(),
      new GraniteMoeLayout(),
      new SwitchLayout(),
      new Llama4Layout(),
      new NllbMoeLayout());

  private Layouts() {}

  static List<Layout> all() {
    return ALL;
  }

  /**
   * The layout that a config names by its model type or else by its classes, or that is known by its tensors if the
   * config names neither.
   *
   * @param names of the tensors at hand; none when a new checkpoint is written
   */
  static Layout of(ModelConfig config, Set<String> names) {
    String type = config.nullAsAbsent("model_type").text("model_type", "");
    List<String> classes = config.texts("architectures");
    Optional<Layout> byType =
        ALL.stream().filter(layout -> layout.modelTypes().contains(type)).findFirst();
    Optional<Layout> found =
        byType.or(() -> ALL.stream().filter(layout -> hasClass(layout, classes)).findFirst());
    if (found.isEmpty() && type.isEmpty() && classes.isEmpty()) {
      found = ALL.stream().filter(layout -> layout.recognizes(names)).findFirst();
    }
    return found.orElseThrow(() -> new LayoutException(
        "config must name a known model but has model_type %s and architectures %s; known are %s",
        type.isEmpty() ? "none" : type, classes, ALL.stream().map(Layout::name).toList()));
  }

  /** A class is the family's name and what it is for, such as MixtralForCausalLM. */
  private static boolean hasClass(Layout layout, List<String> classes) {
    return classes.stream()
        .anyMatch(name -> name.matches(layout.architecture() + "(For|Model|Text|Encoder).*"));
  }
}
