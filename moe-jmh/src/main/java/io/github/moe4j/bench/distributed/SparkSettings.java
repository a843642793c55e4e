package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Settings of Spark for ranks: those that {@code spark-submit} gives, else processes of this machine. */
final class SparkSettings {
  private static final String MASTER = "spark.master";

  private SparkSettings() {}

  /** Whether the executors are processes of this machine. */
  static boolean areLocal() {
    return System.getProperty(MASTER) == null;
  }

  /**
   * The settings.
   *
   * @param name of the application
   */
  static Map<String, String> of(String name, int ranks) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spark.app.name", name);
    if (areLocal()) {
      settings.put(MASTER, "local-cluster[%d,1,512]".formatted(ranks));
      settings.put("spark.ui.enabled", "false");
      settings.put("spark.driver.host", "127.0.0.1");
      settings.put("spark.driver.bindAddress", "127.0.0.1");
      settings.put("spark.executor.memory", "512m");
      settings.put("spark.executor.extraClassPath", classPath());
      if (Kernels.chosen().isEmpty()) { // else Spark gives executors what the kernels need
        settings.put("spark.executor.extraJavaOptions", "-D" + Kernels.PROPERTY + "=blas");
      }
    }
    return settings;
  }

  /** That of this JVM; executors have folders of their own to start in. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
