package io.github.moe4j.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** How and on what JMH ran, in words; what differs between the runs of a file is listed. */
final class JmhSettings {
  private JmhSettings() {}

  static Map<String, String> of(JsonNode runs) {
    Map<String, Set<String>> all = new LinkedHashMap<>();
    for (JsonNode run : runs) {
      add(all, "JDK", text(run, "jdkVersion"));
      add(all, "virtual machine", (text(run, "vmName") + " " + text(run, "vmVersion")).strip());
      add(all, "JVM arguments", list(run.path("jvmArgs")));
      add(all, "JMH", text(run, "jmhVersion"));
      add(all, "mode", text(run, "mode"));
      add(all, "threads", text(run, "threads"));
      add(all, "forks", text(run, "forks"));
      add(all, "warm-up", iterations(run, "warmup"));
      add(all, "measurement", iterations(run, "measurement"));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    all.forEach((name, values) -> settings.put(name, String.join("; ", values)));
    return settings;
  }

  private static void add(Map<String, Set<String>> all, String name, String value) {
    if (!value.isEmpty()) {
      all.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(value);
    }
  }

  private static String text(JsonNode run, String field) {
    return run.path(field).asText();
  }

  private static String list(JsonNode values) {
    return StreamSupport.stream(values.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(" "));
  }

  private static String iterations(JsonNode run, String kind) {
    String count = text(run, kind + "Iterations");
    String time = text(run, kind + "Time");
    return count.isEmpty() || time.isEmpty() ? count : count + " × " + time;
  }
}
