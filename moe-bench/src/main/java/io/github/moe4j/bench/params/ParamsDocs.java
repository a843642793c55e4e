package io.github.moe4j.bench.params;

import io.github.moe4j.models.preset.Architecture;
import io.github.moe4j.models.preset.ParameterCounts;
import io.github.moe4j.models.preset.ParameterGroup;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.Published;
import io.github.moe4j.models.preset.WeightType;
import java.util.ArrayList;
import java.util.List;

/** All presets as Markdown tables. */
final class ParamsDocs {
  private ParamsDocs() {}

  static String of(List<Preset> presets) {
    StringBuilder page = new StringBuilder();
    sizes(presets, page);
    published(presets, page);
    parts(presets, page);
    architectures(presets, page);
    return page.toString();
  }

  private static void sizes(List<Preset> presets, StringBuilder page) {
    page.append(
            "| preset | total | active | FLOP per token | float32 GB | bfloat16 GB | int8 GB |\n")
        .append("|---|---:|---:|---:|---:|---:|---:|\n");
    for (Preset preset : presets) {
      long total = preset.total().total();
      row(
          page,
          "`" + preset.name() + "`",
          SiFormat.of(total),
          SiFormat.of(preset.active().total()),
          SiFormat.of(preset.operations(0).total()),
          SiFormat.gigabytes(WeightType.FLOAT32.bytes(total)),
          SiFormat.gigabytes(WeightType.BFLOAT16.bytes(total)),
          SiFormat.gigabytes(WeightType.INT8.bytes(total)));
    }
  }

  private static void published(List<Preset> presets, StringBuilder page) {
    page.append("\n### Against their sources\n\n")
        .append("| preset | counts | here | published | differs | source | note |\n")
        .append("|---|---|---:|---:|---:|---|---|\n");
    for (Preset preset : presets) {
      Architecture model = preset.architecture();
      for (Published published : preset.published()) {
        row(
            page,
            "`" + preset.name() + "`",
            published.counting().label(),
            SiFormat.of(published.counting().count(model)),
            published.printed(),
            SiFormat.percent(published.difference(model)),
            linked(published.source()),
            published.note());
      }
    }
  }

  private static void parts(List<Preset> presets, StringBuilder page) {
    page.append("\n### By part\n\n| preset |");
    for (ParameterGroup part : ParameterGroup.values()) {
      page.append(' ').append(part.label()).append(" |");
    }
    page.append("\n|---|")
        .append("---:|".repeat(ParameterGroup.values().length))
        .append('\n');
    for (Preset preset : presets) {
      ParameterCounts total = preset.total();
      List<String> cells = new ArrayList<>(List.of("`" + preset.name() + "`"));
      for (ParameterGroup part : ParameterGroup.values()) {
        cells.add(SiFormat.of(total.count(part)));
      }
      row(page, cells.toArray(String[]::new));
    }
  }

  private static void architectures(List<Preset> presets, StringBuilder page) {
    page.append("\n### Architectures\n\n")
        .append("| preset | layers | width | attention | experts | router | capacity | balance |\n")
        .append("|---|---|---:|---|---|---|---|---|\n");
    for (Preset preset : presets) {
      Architecture model = preset.architecture();
      row(
          page,
          "`" + preset.name() + "`",
          PresetSummary.layers(model),
          String.valueOf(model.modelWidth()),
          model.attention().label(),
          PresetSummary.experts(model.sparse()),
          preset.routed().rule(),
          preset.routed().capacityLabel(),
          PresetSummary.balance(preset));
    }
  }

  private static String linked(String source) {
    return source.replaceAll("arXiv (\\d{4}\\.\\d{5})", "[arXiv $1](https://arxiv.org/abs/$1)");
  }

  private static void row(StringBuilder page, String... cells) {
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
