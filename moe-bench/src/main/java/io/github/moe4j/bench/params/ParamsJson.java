package io.github.moe4j.bench.params;

import io.github.moe4j.models.preset.Accounting;
import io.github.moe4j.models.preset.Operations;
import io.github.moe4j.models.preset.ParameterCounts;
import io.github.moe4j.models.preset.ParameterGroup;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.Published;
import io.github.moe4j.models.preset.WeightType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Presets as maps that become JSON. */
final class ParamsJson {
  private ParamsJson() {}

  static List<Map<String, Object>> of(List<Preset> presets, int context) {
    return presets.stream().map(preset -> of(preset, context)).toList();
  }

  private static Map<String, Object> of(Preset preset, int context) {
    ParameterCounts total = preset.total();
    ParameterCounts active = preset.active();
    Operations operations = preset.operations(context);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", preset.name());
    json.put("title", preset.title());
    json.put("architecture", preset.architecture());
    json.put("router", preset.routed().rule());
    json.put("capacity", preset.routed().capacityLabel());
    json.put("balance", preset.routed().balance());
    json.put("total", parts(total.total(), total::count));
    json.put("active", parts(active.total(), active::count));
    json.put("predictors", Accounting.predictors(preset.architecture()).total());
    json.put("context", context);
    json.put("flopPerToken", parts(operations.total(), operations::count));
    Map<String, Object> bytes = new LinkedHashMap<>();
    for (WeightType type : WeightType.values()) {
      bytes.put(
          type.name(), parts(type.bytes(total.total()), part -> type.bytes(total.count(part))));
    }
    json.put("bytes", bytes);
    json.put(
        "published", preset.published().stream().map(p -> published(preset, p)).toList());
    return json;
  }

  private static Map<String, Long> parts(long all, ToLongFunction<ParameterGroup> count) {
    Map<String, Long> json = new LinkedHashMap<>();
    json.put("all", all);
    for (ParameterGroup part : ParameterGroup.values()) {
      json.put(part.name(), count.applyAsLong(part));
    }
    return json;
  }

  private static Map<String, Object> published(Preset preset, Published published) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("counts", published.counting().label());
    json.put("printed", published.printed());
    json.put("value", published.value());
    json.put("counted", published.counting().count(preset.architecture()));
    json.put("difference", published.difference(preset.architecture()));
    json.put("source", published.source());
    json.put("note", published.note());
    return json;
  }
}
