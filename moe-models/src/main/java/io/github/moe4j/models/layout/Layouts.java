package io.github.moe4j.models.layout;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** All layouts. */
final class Layouts {
  private static final List<Layout> ALL = List.of(
      MixtralLayout.mixtral(),
      QwenMoeLayout.qwen2(),
      QwenMoeLayout.qwen3(),
      QwenMoeLayout.qwen3Next(),
      QwenMoeLayout.qwen35(),
      QwenMoeLayout.qwen3Vl(),
      OlmoeLayout.olmoe(),
      OlmoeLayout.flexOlmo(),
      new DeepSeekV2Layout(),
      DeepSeekV3Layout.deepSeekV3(),
      DeepSeekV3Layout.deepSeekV32(),
      new DeepSeekV4Layout(),
      DeepSeekV3Layout.glm4(),
      DeepSeekV3Layout.dots1(),
      new Mistral4Layout(),
      new GptOssLayout(),
      GraniteMoeLayout.moe(),
      GraniteMoeLayout.withShared(),
      GraniteMoeLayout.hybrid(),
      MixtralLayout.miniMax(),
      new MiniMaxM2Layout(),
      new MiniMaxM3Layout(),
      new Ernie45MoeLayout(),
      new HunyuanMoeLayout(),
      new AfmoeLayout(),
      new Lfm2MoeLayout(),
      new LongcatFlashLayout(),
      new Cohere2MoeLayout(),
      new DbrxLayout(),
      new JambaLayout(),
      new JetMoeLayout(),
      new PhiMoeLayout(),
      new Gemma4Layout(),
      new SwitchLayout(),
      new Llama4Layout(),
      new NllbMoeLayout());

  private Layouts() {}

  static List<Layout> all() {
    return ALL;
  }

  /**
   * The layout that a config names by its model type or else by its classes, or else by the type of its text part, or
   * that is known by its tensors if the config names neither. Of several with a type, the class decides.
   *
   * @param names of the tensors at hand; none when a new checkpoint is written
   */
  static Layout of(ModelConfig config, Set<String> names) {
    String type = type(config);
    List<String> classes = config.texts("architectures");
    List<Layout> ofType = ofType(type);
    Optional<Layout> found = first(ofType, layout -> hasClass(layout, classes))
        .or(() -> ofType.stream().findFirst())
        .or(() -> first(ALL, layout -> hasClass(layout, classes)))
        .or(() ->
            ofType(type(config.nullAsAbsent("text_config").text())).stream().findFirst());
    if (found.isEmpty() && type.isEmpty() && classes.isEmpty()) {
      found = first(ALL, layout -> layout.recognizes(names));
    }
    return found.orElseThrow(() -> new LayoutException(
        "config must name a known model but has model_type %s and architectures %s; known are %s",
        type.isEmpty() ? "none" : type, classes, ALL.stream().map(Layout::name).toList()));
  }

  private static String type(ModelConfig config) {
    return config.nullAsAbsent("model_type").text("model_type", "");
  }

  private static List<Layout> ofType(String type) {
    return ALL.stream().filter(layout -> layout.modelTypes().contains(type)).toList();
  }

  private static Optional<Layout> first(List<Layout> layouts, Predicate<Layout> condition) {
    return layouts.stream().filter(condition).findFirst();
  }

  /** A class is the family's name and what it is for, such as MixtralForCausalLM. */
  private static boolean hasClass(Layout layout, List<String> classes) {
    return classes.stream()
        .anyMatch(name -> name.matches(layout.architecture() + "(For|Model|Text|Encoder).*"));
  }
}
