package io.github.moe4j.bench.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.lab.ranks.RankEngine;
import io.github.moe4j.lab.ranks.RankJob;
import io.github.moe4j.lab.ranks.RankProgram;
import io.github.moe4j.spark.SparkProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class LineRelayTest {
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  @Test
  void connect_lines_arriveInOrder() throws Exception {
    try (LineRelay relay = new LineRelay(InetAddress.getLoopbackAddress(), lines::add);
        PrintWriter out = LineRelay.connect(relay.host(), relay.port(), relay.token())) {
      out.println("step 1 of 2, 10 µs");
      out.println("step 2 of 2");

      assertEquals("step 1 of 2, 10 µs", lines.poll(30, TimeUnit.SECONDS));
      assertEquals("step 2 of 2", lines.poll(30, TimeUnit.SECONDS));
    }
  }

  /** A stranger's lines are not read, and the rank still gets through after it. */
  @Test
  void connect_wrongToken_linesOfTheRankOnly() throws Exception {
    try (LineRelay relay = new LineRelay(InetAddress.getLoopbackAddress(), lines::add)) {
      try (PrintWriter stranger = LineRelay.connect(relay.host(), relay.port(), "00".repeat(32))) {
        stranger.println("forged");
      }
      try (PrintWriter out = LineRelay.connect(relay.host(), relay.port(), relay.token())) {
        out.println("own");
      }
      assertEquals("own", lines.poll(30, TimeUnit.SECONDS));
      assertNull(lines.poll());
    }
  }

  /** What a rank would do. */
  public static final class Program implements RankProgram {
    @Override
    public void run(Group group, List<String> arguments, PrintWriter out) {
      out.println("ran");
    }
  }

  @Test
  void engine_withoutSpark_saysHowToGetIt() {
    Assumptions.assumeTrue(System.getenv("SPARK_HOME") == null && !SparkProgram.hasSpark());
    RankEngine engine = RankEngine.named("spark");
    RankJob job =
        new RankJob(1, Duration.ofSeconds(9), group -> {}, Program.class, List.of(), lines::add);

    IOException error = Assertions.assertThrows(IOException.class, () -> engine.run(job));

    assertTrue(
        error.getMessage().startsWith("engine spark must have Spark: set SPARK_HOME"),
        error.getMessage());
  }
}
