package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Ranks in processes of their own, on this machine, started with the options of this JVM.
 *
 * @param training what they train
 * @param timeout how long a rank waits for another
 */
record RankProcesses(Training training, Duration timeout) {
  /** Environment variable with the secret of the group, in hexadecimal digits: arguments can be seen by all users. */
  static final String SECRET = "MOE4J_GROUP_SECRET";

  /**
   * Runs them all.
   *
   * @throws IOException if one cannot be started or fails; the message has what it printed
   */
  List<Map<String, Long>> run() throws IOException {
    Path folder = Files.createTempDirectory("moe4j-ranks");
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    List<Process> processes = new ArrayList<>();
    try {
      for (int r = 0; r < training.ranks(); r++) {
        processes.add(start(r, folder.resolve("rendezvous"), HexFormat.of().formatHex(secret)));
      }
      List<Map<String, Long>> all = new ArrayList<>();
      for (int r = 0; r < processes.size(); r++) {
        all.add(result(r, processes.get(r)));
      }
      return all;
    } finally {
      processes.forEach(Process::destroyForcibly);
      deleteAll(folder);
    }
  }

  private Process start(int rank, Path rendezvous, String secret) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of(
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName(),
        "distributed",
        "rank",
        "--folder",
        rendezvous.toString(),
        "--rank",
        String.valueOf(rank),
        "--ranks",
        String.valueOf(training.ranks()),
        "--steps",
        String.valueOf(training.steps()),
        "--experts",
        String.valueOf(training.experts()),
        "--seed",
        String.valueOf(training.seed()),
        "--timeout",
        String.valueOf(timeout.toSeconds())));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(SECRET, secret);
    return builder.start();
  }

  private static Map<String, Long> result(int rank, Process process) throws IOException {
    Map<String, Long> found = new LinkedHashMap<>();
    List<String> other = new ArrayList<>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] parts = line.split(RankCommand.SEPARATOR);
        if (parts.length == 2) {
          found.put(parts[0], Long.parseLong(parts[1]));
        } else {
          other.add(line);
        }
      }
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException("rank %d ended with exit code %d: %s"
            .formatted(rank, code, other.isEmpty() ? "" : other.get(other.size() - 1)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while rank " + rank + " was running", e);
    }
    return found;
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
