package io.github.moe4j.bench.params;

import io.github.moe4j.models.preset.Accounting;
import io.github.moe4j.models.preset.Architecture;
import io.github.moe4j.models.preset.Operations;
import io.github.moe4j.models.preset.ParameterCounts;
import io.github.moe4j.models.preset.ParameterGroup;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.Published;
import io.github.moe4j.models.preset.WeightType;
import java.util.Locale;

/** One preset part by part, for the screen. */
final class Breakdown {
  private static final String FORMAT = "%-16s %9s %8s %9s %10s %10s %10s %10s%n";

  private Breakdown() {}

  static String of(Preset preset, int context) {
    ParameterCounts total = preset.total();
    ParameterCounts active = preset.active();
    Operations operations = preset.operations(context);
    StringBuilder text = new StringBuilder(preset.title() + " (" + preset.name() + ")\n");
    PresetSummary.lines(preset).forEach(line -> text.append("  ").append(line).append('\n'));
    text.append('\n')
        .append(row(
            "part", "total", "share", "active", "FLOP/token", "float32 GB", "bf16 GB", "int8 GB"));
    for (ParameterGroup part : ParameterGroup.values()) {
      text.append(row(
          part.label(),
          total.count(part),
          total.total(),
          active.count(part),
          operations.count(part)));
    }
    text.append(row("all", total.total(), total.total(), active.total(), operations.total()))
        .append('\n')
        .append("FLOP: a forward pass, 2 per multiply-add, ")
        .append(
            context == 0
                ? "attention scores excluded"
                : "attention scores over " + context + " tokens")
        .append('\n');
    predictors(preset.architecture(), text);
    for (Published published : preset.published()) {
      text.append(line(preset, published)).append('\n');
    }
    return text.toString();
  }

  private static void predictors(Architecture model, StringBuilder text) {
    if (model.predictors() > 0) {
      text.append("in addition: ")
          .append(SiFormat.of(Accounting.predictors(model).total()))
          .append(" in multi-token prediction modules\n");
    }
  }

  private static String line(Preset preset, Published published) {
    return String.format(
        Locale.ROOT,
        "%s: %s here, %s published (%s), %s%s",
        published.counting().label(),
        SiFormat.of(published.counting().count(preset.architecture())),
        published.printed(),
        SiFormat.percent(published.difference(preset.architecture())),
        published.source(),
        published.note().isEmpty() ? "" : "; " + published.note());
  }

  private static String row(String name, long count, long all, long active, long operations) {
    return row(
        name,
        SiFormat.of(count),
        String.format(Locale.ROOT, "%.2f %%", 100.0 * count / all),
        SiFormat.of(active),
        SiFormat.of(operations),
        SiFormat.gigabytes(WeightType.FLOAT32.bytes(count)),
        SiFormat.gigabytes(WeightType.BFLOAT16.bytes(count)),
        SiFormat.gigabytes(WeightType.INT8.bytes(count)));
  }

  private static String row(String... cells) {
    return String.format(Locale.ROOT, FORMAT, (Object[]) cells);
  }
}
