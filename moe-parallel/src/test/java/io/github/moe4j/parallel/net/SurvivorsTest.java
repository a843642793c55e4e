package io.github.moe4j.parallel.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Ranks that continue without one that was lost. */
class SurvivorsTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  @TempDir
  private Path folder;

  @Test
  void serve_rankKilled_othersRepeatTheStepWithItsReplicas() throws IOException {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    try (ChildRanks ranks = ChildRanks.start(ServingProgram.class, folder, 3, "1")) {
      int middle = ServingProgram.STEPS / 2;
      for (int step = 0; step < middle; step++) {
        assertTrue(ranks.line(1).startsWith(step + " "));
      }

      ranks.kill(1);

      MoeLayer whole = ServingProgram.whole();
      for (int r : new int[] {0, 2}) {
        INDArray x = ServingProgram.first(r);
        boolean lost = false;
        for (int step = 0; step < ServingProgram.STEPS; step++) {
          INDArray y = ServingProgram.decode(whole, x);
          String line = ranks.line(r);
          if (line.startsWith("rank 1 was lost")) {
            lost = true;
            line = ranks.line(r);
          }
          assertEquals(step + " " + RankProgram.hash(y), line, "rank " + r);
          x = ServingProgram.next(x, y);
        }
        assertTrue(lost, "rank " + r + " was told");
      }
    }
  }

  private SurvivorRendezvous meet(int rank, Duration quiet) throws IOException {
    return SurvivorRendezvous.meet(folder.resolve("meeting"), rank, 4, quiet, TIMEOUT);
  }

  @Test
  void meet_oneIsLost_othersAreNumberedInTheirOrder() throws Exception {
    List<SurvivorRendezvous> met =
        atOnce(List.of(0, 2, 3), rank -> meet(rank, Duration.ofSeconds(2)));

    for (int i = 0; i < 3; i++) {
      assertEquals(i, met.get(i).rank());
      assertEquals(3, met.get(i).size());
      assertArrayEquals(new int[] {0, 2, 3}, met.get(i).survivors());
      assertArrayEquals(new int[] {1}, met.get(i).lost());
    }
    List<List<String>> texts =
        atOnce(List.of(0, 1, 2), place -> met.get(place).allGather("text " + place));
    texts.forEach(all -> assertEquals(List.of("text 0", "text 1", "text 2"), all));

    String late =
        assertThrows(IOException.class, () -> meet(1, Duration.ofMillis(1))).getMessage();
    assertTrue(late.contains("ranks [0, 2, 3] continue without it"), late);
    assertThrows(FileAlreadyExistsException.class, () -> meet(0, Duration.ofMillis(1)));
  }

  @Test
  void meet_whoDecidesIsLost_errorAfterTimeout() throws IOException {
    Files.createDirectories(folder.resolve("meeting").resolve("decides"));

    String message = assertThrows(
            IOException.class,
            () -> SurvivorRendezvous.meet(
                folder.resolve("meeting"), 0, 2, Duration.ofMillis(1), Duration.ofMillis(100)))
        .getMessage();

    assertTrue(message.startsWith("rank 0 found no decision"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0 x", "0  2", "1 0", "0 4", "99999999999", "-1"})
  void meet_decisionDamaged_isRefused(String decision) throws IOException {
    Path meeting = Files.createDirectories(folder.resolve("meeting"));
    Files.writeString(meeting.resolve("survivors"), decision);

    String message =
        assertThrows(IOException.class, () -> meet(0, Duration.ofMillis(1))).getMessage();

    assertEquals(
        meeting.resolve("survivors") + " must have ascending numbers of ranks below 4 but has "
            + decision,
        message);
  }

  /** What a rank does. */
  @FunctionalInterface
  private interface Work<T> {
    T of(int rank) throws Exception;
  }

  private static <T> List<T> atOnce(List<Integer> ranks, Work<T> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(ranks.size());
    try {
      List<Future<T>> running =
          ranks.stream().map(rank -> threads.submit(() -> work.of(rank))).toList();
      List<T> results = new ArrayList<>();
      for (Future<T> result : running) {
        results.add(result.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
