package io.github.moe4j.bench.crash;

import io.github.moe4j.bench.repository.AllCommands;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A command in a JVM of its own, with the class path and the options of this one. */
final class ChildJvm {
  private static final long PATIENCE_SECONDS = 300;

  private final Process process;
  private final Path output;

  private ChildJvm(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts a command.
   *
   * @param output file for what it prints
   * @param maxFileKilobytes bytes at which each file is full, in KB; negative for no limit
   */
  static ChildJvm start(List<String> command, Path output, int maxFileKilobytes)
      throws IOException {
    List<String> all = new ArrayList<>();
    if (maxFileKilobytes >= 0) {
      // A write beyond it fails, as on a full disk, at any place of any file.
      all.addAll(List.of("bash", "-c", "ulimit -f " + maxFileKilobytes + "; exec \"$@\"", "bash"));
    }
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    all.addAll(List.of("-XX:-UsePerfData", "-cp", System.getProperty("java.class.path")));
    all.add(AllCommands.class.getName());
    all.addAll(command);
    Process process = new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.to(output.toFile()))
        .start();
    return new ChildJvm(process, output);
  }

  /** Its exit code if it ends within the time. */
  boolean endsWithin(long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * Waits for the end.
   *
   * @throws IOException if it takes minutes
   */
  int exitCode() throws IOException {
    if (!endsWithin(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS))) {
      throw new IOException("hangs: " + printed());
    }
    return process.exitValue();
  }

  /**
   * Kills the process or one of its own with SIGKILL and waits until all have ended by themselves.
   *
   * @throws IOException if one of them goes on
   */
  void kill(RandomGenerator random) throws IOException {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    all.get(random.nextInt(all.size())).destroyForcibly();
    exitCode();
    for (ProcessHandle each : all) {
      try {
        each.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (Exception e) {
        each.destroyForcibly();
        throw new IOException("process " + each.pid() + " goes on", e);
      }
    }
  }

  /** What it has printed. */
  String printed() throws IOException {
    return Files.readString(output, StandardCharsets.UTF_8);
  }
}
