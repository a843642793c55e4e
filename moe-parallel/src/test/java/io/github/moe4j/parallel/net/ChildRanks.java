package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processes that a test starts, reads and kills; all are killed at the end. */
final class ChildRanks implements AutoCloseable {
  private final List<Process> processes = new ArrayList<>();
  private final List<BufferedReader> outputs = new ArrayList<>();

  private ChildRanks() {}

  /** Starts a main class with the arguments folder, rank, size, what. */
  static ChildRanks start(Class<?> main, Path folder, int size, String what) throws IOException {
    ChildRanks ranks = new ChildRanks();
    for (int r = 0; r < size; r++) {
      // Many for few cores.
      List<String> command = new ArrayList<>(List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-Xmx256m",
          "-XX:+UseSerialGC"));
      if (Kernels.hasModule()) {
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
      }
      command.addAll(List.of(
          "-cp",
          System.getProperty("java.class.path"),
          main.getName(),
          folder.toString(),
          String.valueOf(r),
          String.valueOf(size),
          what));
      Process process = new ProcessBuilder(command)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      ranks.processes.add(process);
      ranks.outputs.add(process.inputReader(StandardCharsets.UTF_8));
    }
    return ranks;
  }

  /** The next line that a rank prints; null at its end. */
  String line(int rank) throws IOException {
    return outputs.get(rank).readLine();
  }

  void kill(int rank) {
    processes.get(rank).destroyForcibly();
  }

  long pid(int rank) {
    return processes.get(rank).pid();
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
