package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.Main;
import io.github.moe4j.parallel.net.RankProcesses;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Time from the death of a process until all others know of it. */
final class LossTime {
  private static final int RANKS = 3;
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final long[] pids = new long[RANKS];
  private int ready;
  private int lost;
  private long killed;
  private double seconds = Double.NaN;

  private LossTime() {}

  /**
   * Kills one of three ranks that exchange without a pause.
   *
   * @return seconds until both others have their error
   * @throws IOException if they do not get it
   */
  static double measure() throws IOException {
    LossTime time = new LossTime();
    IOException ended = null;
    try {
      new RankProcesses(RANKS, TIMEOUT)
          .run(Main.class, List.of("distributed", "loss-rank"), time::line);
    } catch (IOException e) {
      ended = e; // of the killed one
    }
    if (Double.isNaN(time.seconds)) {
      throw new IOException("the other ranks did not notice a loss", ended);
    }
    return time.seconds;
  }

  private void line(int rank, String line) {
    if (line.startsWith(LossRankCommand.READY)) {
      pids[rank] = Long.parseLong(line.substring(LossRankCommand.READY.length()));
      ready++;
      if (ready == RANKS) {
        killed = System.nanoTime();
        ProcessHandle.of(pids[RANKS - 1]).ifPresent(ProcessHandle::destroyForcibly);
      }
    } else if (line.equals(LossRankCommand.LOST)) {
      lost++;
      if (lost == RANKS - 1) {
        seconds = (System.nanoTime() - killed) / 1e9;
      }
    }
  }
}
