package io.github.moe4j.bench.params;

import io.github.moe4j.models.preset.Architecture;
import io.github.moe4j.models.preset.FeedForwardShape;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.Sharing;
import io.github.moe4j.models.preset.Sparse;
import io.github.moe4j.models.preset.Stack;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a preset is made of, in words. */
final class PresetSummary {
  private PresetSummary() {}

  static List<String> lines(Preset preset) {
    Architecture model = preset.architecture();
    List<String> lines = new ArrayList<>();
    lines.add("vocabulary: " + model.vocabulary() + (model.tied() ? ", tied" : ""));
    lines.add("layers: " + layers(model) + ", width " + model.modelWidth());
    lines.add("attention: " + model.attention().label());
    lines.add("experts: " + experts(model.sparse()));
    FeedForwardShape dense = model.dense();
    if (dense != null) {
      lines.add("dense layers: " + dense.label());
    }
    lines.add("router: " + preset.routed().rule());
    lines.add("capacity: " + preset.routed().capacityLabel());
    lines.add("balance: " + balance(preset));
    return lines;
  }

  /** Layers of each stack and those with experts: {@code 61 (58 with experts)}. */
  static String layers(Architecture model) {
    return model.stacks().stream().map(PresetSummary::layers).collect(Collectors.joining(" + "));
  }

  private static String layers(Stack stack) {
    return stack.layers() + " (" + stack.sparseLayers() + " with experts)";
  }

  static String experts(Sparse sparse) {
    Sharing sharing = sparse.sharing();
    String shared = sharing == null
        ? ""
        : ", " + sharing.count() + " shared of width " + sharing.each().hiddenWidth()
            + (sharing.gate() ? " behind a gate" : "");
    return sparse.k() + " of " + sparse.experts() + ", " + sparse.expert().label() + shared;
  }

  static String balance(Preset preset) {
    List<String> balance = preset.routed().balance();
    return balance.isEmpty() ? "not published" : String.join(", ", balance);
  }
}
