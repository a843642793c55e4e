package io.github.moe4j.models.layout;

import java.util.List;
import java.util.Optional;

/** All layouts. */
final class Layouts {
  private static final List<Layout> ALL = List.of(
      new MixtralLayout(),
      new Qwen2MoeLayout(),
      new Qwen3MoeLayout(),
      new OlmoeLayout(),
      new DeepSeekV2Layout(),
      new DeepSeekV3Layout(),
      new GptOssLayout(),
      new SwitchLayout(),
      new Llama4Layout(),
      new NllbMoeLayout());

  private Layouts() {}

  static List<Layout> all() {
    return ALL;
  }

  /** The layout that a config names by its model type or, without one, by its classes. */
  static Layout of(ModelConfig config) {
    String type = config.text("model_type", "");
    List<String> classes = config.texts("architectures");
    Optional<Layout> found = type.isEmpty()
        ? ALL.stream().filter(layout -> hasClass(layout, classes)).findFirst()
        : ALL.stream().filter(layout -> layout.modelTypes().contains(type)).findFirst();
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
