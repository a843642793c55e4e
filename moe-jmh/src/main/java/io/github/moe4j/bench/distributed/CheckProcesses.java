package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.Main;
import io.github.moe4j.parallel.net.RankProcesses;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ranks of a check in processes of their own, on this machine.
 *
 * @param training what they train
 * @param timeout how long a rank waits for another
 */
record CheckProcesses(Training training, Duration timeout) {
  /**
   * Runs them all.
   *
   * @return checksums by rank
   * @throws IOException if one cannot be started or fails
   */
  List<Map<String, Long>> run() throws IOException {
    List<Map<String, Long>> all = new ArrayList<>();
    for (int r = 0; r < training.ranks(); r++) {
      all.add(new LinkedHashMap<>());
    }
    List<String> arguments = List.of(
        "distributed",
        "rank",
        "--steps",
        String.valueOf(training.steps()),
        "--experts",
        String.valueOf(training.experts()),
        "--seed",
        String.valueOf(training.seed()));
    new RankProcesses(training.ranks(), timeout).run(Main.class, arguments, (rank, line) -> {
      String[] parts = line.split(RankCommand.SEPARATOR);
      if (parts.length == 2) {
        all.get(rank).put(parts[0], Long.parseLong(parts[1]));
      }
    });
    return all;
  }
}
