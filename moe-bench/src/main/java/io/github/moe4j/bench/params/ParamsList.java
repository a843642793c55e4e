package io.github.moe4j.bench.params;

import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.Published;
import java.util.List;
import java.util.Locale;

/** All presets against their published numbers, a line a number. */
final class ParamsList {
  private static final String FORMAT = "%-18s %-36s %9s %9s %9s%n";

  private ParamsList() {}

  static String of(List<Preset> presets) {
    StringBuilder list = new StringBuilder(
        String.format(Locale.ROOT, FORMAT, "preset", "counts", "here", "published", "differs"));
    for (Preset preset : presets) {
      for (Published published : preset.published()) {
        list.append(String.format(
            Locale.ROOT,
            FORMAT,
            preset.name(),
            published.counting().label(),
            SiFormat.of(published.counting().count(preset.architecture())),
            published.printed(),
            SiFormat.percent(published.difference(preset.architecture()))));
      }
    }
    return list.toString();
  }
}
