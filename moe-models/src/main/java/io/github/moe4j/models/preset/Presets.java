package io.github.moe4j.models.preset;

import java.util.List;
import java.util.stream.Stream;

/** All presets, in the order in which they were published. */
public final class Presets {
  private static final List<Preset> ALL = Stream.of(
          SwitchPresets.all(),
          GlamPresets.all(),
          StMoePresets.all(),
          NllbPresets.all(),
          MixtralPresets.all(),
          DeepSeekPresets.all(),
          QwenPresets.all(),
          OlmoePresets.all(),
          GptOssPresets.all())
      .flatMap(List::stream)
      .toList();

  private Presets() {}

  /** All of them. */
  public static List<Preset> all() {
    return ALL;
  }
}
