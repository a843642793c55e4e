package io.github.moe4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standalone cluster of a master and a worker, from the jars of Maven Central, and an application submitted to it. */
@Tag("spark-cluster")
class StandaloneClusterTest {
  private static final Path HOME = Path.of("spark-home", "target", "spark").toAbsolutePath();

  @TempDir
  private Path folder;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endProcesses() throws InterruptedException {
    processes.forEach(Process::destroy);
    for (Process process : processes) {
      process.waitFor(10, TimeUnit.SECONDS);
      process.destroyForcibly();
    }
  }

  @Test
  void submit_jvmOfRankKilled_secondAttemptEndsWithBitsOfUnbrokenRun() throws Exception {
    assertTrue(
        Files.isDirectory(HOME.resolve("jars")), "mvn -f moe-spark/spark-home/pom.xml package");
    List<int[][]> unbroken = Group.threads(2, Duration.ofMinutes(1), StandaloneClusterTest::train);
    String master = "spark://127.0.0.1:" + freePort();
    start(
        "deploy.master.Master", "--host", "127.0.0.1", "--port", port(master), "--webui-port", "0");
    start(
        "deploy.worker.Worker",
        "--host",
        "127.0.0.1",
        "--cores",
        "2",
        "--memory",
        "2g",
        "--webui-port",
        "0",
        "--work-dir",
        folder.resolve("work").toString(),
        master);
    List<String> jars = applicationJars();

    Process submitted = start(
        "deploy.SparkSubmit",
        "--master",
        master,
        "--conf",
        "spark.executor.cores=1",
        "--conf",
        "spark.executor.memory=512m",
        "--conf",
        "spark.cores.max=2",
        "--conf",
        "spark.ui.enabled=false",
        "--jars",
        String.join(",", jars),
        "--class",
        StandaloneProgram.class.getName(),
        jars.get(0),
        folder.resolve("checkpoint").toString());

    String printed = new String(submitted.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(
        0, submitted.waitFor(), Files.readString(folder.resolve("deploy.SparkSubmit.log")));
    assertEquals(SmallTraining.joined(unbroken).toString(), printed.strip());
  }

  private static int[][] train(Group group) {
    try {
      return SmallTraining.of(6).run(group, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String port(String master) {
    return master.substring(master.lastIndexOf(':') + 1);
  }

  private Process start(String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules",
        "jdk.incubator.vector",
        "-cp",
        HOME.resolve("jars") + File.separator + "*",
        "org.apache.spark." + main));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(folder.resolve(main + ".log").toFile());
    builder.environment().put("SPARK_HOME", HOME.toString());
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** What Spark does not have of the class path of this test; folders as jars. */
  private List<String> applicationJars() throws IOException {
    Set<String> ofSpark;
    try (Stream<Path> files = Files.list(HOME.resolve("jars"))) {
      ofSpark = files.map(StandaloneClusterTest::artifact).collect(Collectors.toSet());
    }
    List<String> jars = new ArrayList<>();
    String classPath = System.getProperty("java.class.path");
    for (Path entry :
        Arrays.stream(classPath.split(File.pathSeparator)).map(Path::of).toList()) {
      if (Files.isDirectory(entry)) {
        jars.add(jar(entry, folder.resolve("classes-" + jars.size() + ".jar")).toString());
      } else if (Files.exists(entry) && (isOfNd4j(entry) || !ofSpark.contains(artifact(entry)))) {
        jars.add(entry.toString());
      }
    }
    return jars;
  }

  /** ND4J has a guava and a jackson of its own. */
  private static boolean isOfNd4j(Path jar) {
    return jar.toString().contains(File.separator + "nd4j" + File.separator);
  }

  private static String artifact(Path jar) {
    return jar.getFileName().toString().replaceFirst("-\\d.*", "");
  }

  private static Path jar(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path one : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(one).toString().replace('\\', '/')));
        Files.copy(one, out);
      }
    }
    return jar;
  }
}
