package io.github.moe4j.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the results of a run depend on apart from its options. */
final class RunEnvironment {
  private RunEnvironment() {}

  /** Java runtime and machine. */
  static Map<String, String> here() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    all.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    all.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return all;
  }
}
