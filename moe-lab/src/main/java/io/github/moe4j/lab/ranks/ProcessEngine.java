package io.github.moe4j.lab.ranks;

import io.github.moe4j.parallel.net.RankProcesses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Ranks as processes on this machine. */
final class ProcessEngine implements RankEngine {
  @Override
  public String name() {
    return "processes";
  }

  @Override
  public void run(RankJob job) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(job.program().getName()));
    arguments.addAll(job.arguments());
    new RankProcesses(job.ranks(), job.timeout()).run(RankMain.class, arguments, (rank, line) -> {
      if (rank == 0) {
        job.lines().accept(line);
      }
    });
  }
}
