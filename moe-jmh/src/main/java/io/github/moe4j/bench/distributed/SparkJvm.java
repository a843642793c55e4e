package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.Main;
import io.github.moe4j.core.internal.Folders;
import io.github.moe4j.core.internal.Require;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts a JVM that has Spark on its class path, which this one does not carry.
 *
 * @param home a folder with Spark's jars in {@code jars}
 */
record SparkJvm(Path home) {
  private static final String HOW =
      "an unpacked Apache Spark 4.2, or what mvn -f moe-spark/spark-home/pom.xml package makes in"
          + " moe-spark/spark-home/target/spark";

  /**
   * The JVM of a folder.
   *
   * @param given null for that of the environment
   * @throws IllegalArgumentException if there is none, or no Spark in it; the message says how to get one
   */
  static SparkJvm of(@Nullable Path given) throws IOException {
    String variable = System.getenv("SPARK_HOME");
    Path home = given != null || variable == null ? given : Path.of(variable);
    if (home == null) {
      throw new IllegalArgumentException(
          "engine spark must have Spark: set SPARK_HOME, or --spark-home where there is that option, to "
              + HOW);
    }
    Require.that(
        hasSpark(home.resolve("jars")),
        "the folder of Spark must have jars/spark-core_*.jar but %s has not: take %s",
        home,
        HOW);
    return new SparkJvm(home);
  }

  private static boolean hasSpark(Path jars) throws IOException {
    if (!Files.isDirectory(jars)) {
      return false;
    }
    try (DirectoryStream<Path> cores = Files.newDirectoryStream(jars, "spark-core_*.jar")) {
      return cores.iterator().hasNext();
    }
  }

  /**
   * Runs a command there.
   *
   * @param out gets each line that it prints
   * @return its exit code
   */
  int run(List<String> arguments, Consumer<String> out) throws IOException {
    Path scratch = Files.createTempDirectory("moe4j-spark");
    try {
      // Workers write into their home; its jars are on the class path of all.
      Files.createDirectory(scratch.resolve("jars"));
      Process process = start(arguments, scratch);
      Thread end = new Thread(process::destroy);
      Runtime.getRuntime().addShutdownHook(end);
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        lines.lines().forEach(out);
        return process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while Spark was running", e);
      } finally {
        process.destroy();
        Runtime.getRuntime().removeShutdownHook(end);
      }
    } finally {
      Folders.deleteAll(scratch);
    }
  }

  private Process start(List<String> arguments, Path scratch) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of(
        "-Dslf4j.provider=org.slf4j.nop.NOPServiceProvider",
        "-Dslf4j.internal.verbosity=WARN",
        "-cp",
        // Spark's first, as where applications are submitted: its Jackson is of one version.
        home.resolve("jars") + File.separator + "*" + File.pathSeparator
            + System.getProperty("java.class.path"),
        Main.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    var environment = builder.environment();
    environment.put("SPARK_HOME", scratch.toString());
    environment.put("SPARK_SCALA_VERSION", "2.13"); // which Spark's scripts would set
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("JAVA_HOME", System.getProperty("java.home")); // of the executors
    return builder.start();
  }
}
