package io.github.moe4j.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.group.RankRows;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Tests that every engine of {@link Group}s must pass, that is every {@link io.github.moe4j.core.group.Exchange}: the
 * same bits, and one error on all ranks whatever goes wrong. The test of an engine extends this and starts ranks.
 */
public abstract class GroupContract {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(1500);

  /** For subclasses. */
  protected GroupContract() {}

  /**
   * Runs ranks, each in a thread or process of its own, and returns when all have ended. A rank whose body throws aborts
   * its group.
   *
   * @param timeout of each operation
   * @throws GroupException if a group failed, with its message
   */
  protected abstract void run(int ranks, Duration timeout, Consumer<Group> body);

  private void run(int ranks, Consumer<Group> body) {
    run(ranks, LONG, body);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  final void allToAll_anyNumbersOfRows_transposed(int ranks) {
    // Rank s sends (s + r) % 3 rows to rank r, each [s, r, number].
    run(ranks, group -> {
      int own = group.rank();
      INDArray send = rows(ranks, r -> (own + r) % 3, (r, row) -> new double[] {own, r, row});
      INDArray expected = rows(ranks, s -> (s + own) % 3, (s, row) -> new double[] {s, own, row});
      INDArray receive = Nd4j.create(DataType.DOUBLE, expected.shape());

      group.allToAll(
          new RankRows(send, starts(ranks, r -> (own + r) % 3)),
          new RankRows(receive, starts(ranks, s -> (s + own) % 3)));

      assertArrayEquals(Near.values(expected), Near.values(receive));
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  final void allGather_numbers_byRank(int ranks) {
    run(ranks, group -> {
      long[][] all = group.allGather(group.rank(), Long.MAX_VALUE - group.rank());

      assertEquals(ranks, all.length);
      for (int r = 0; r < ranks; r++) {
        assertArrayEquals(new long[] {r, Long.MAX_VALUE - r}, all[r]);
      }
      assertEquals(0, group.allGather()[0].length);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  final void allReduce_floats_bitsOfSumInRankOrder(int ranks) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (int length : new int[] {0, 1, 3, 17, 1000}) {
        List<INDArray> parts = IntStream.range(0, ranks)
            .mapToObj(r -> RandomArrays.normal(type, Seeds.random(100 * r + length), length))
            .toList();
        INDArray expected = parts.get(0).dup();
        for (int r = 1; r < ranks && length > 0; r++) {
          expected.addi(parts.get(r));
        }

        run(ranks, group -> {
          INDArray sum = parts.get(group.rank()).dup();
          group.allReduce(sum);
          assertArrayEquals(Near.values(expected), Near.values(sum));
        });
      }
    }
  }

  @Test
  final void allReduce_moreThanOnePiece_summed() {
    int length = (1 << 22) + 5;
    run(3, group -> {
      INDArray sum = Nd4j.valueArrayOf(new long[] {length}, group.rank() + 1.0, DataType.FLOAT);
      sum.putScalar(length - 1, 100 * group.rank());
      group.allReduce(sum);
      assertEquals(6, sum.getDouble(0));
      assertEquals(6, sum.getDouble(length - 2));
      assertEquals(300, sum.getDouble(length - 1));
      assertEquals(
          6.0 * (length - 1) + 300, sum.castTo(DataType.DOUBLE).sumNumber().doubleValue());
    });
  }

  @Test
  final void split_twoColours_groupsOfTheirOwnInRankOrder() {
    run(5, group -> {
      int colour = group.rank() % 2;
      try (Group part = group.split(colour)) {
        assertEquals(colour == 0 ? 3 : 2, part.size());
        assertEquals(group.rank() / 2, part.rank());
        INDArray sum = Nd4j.createFromArray((double) group.rank());
        part.allReduce(sum);
        assertEquals(colour == 0 ? 0 + 2 + 4 : 1 + 3, sum.getDouble(0));
      }
      group.barrier();
    });
  }

  @Test
  final void split_failureInPart_endsAll() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(4, group -> {
          Group part = group.split(group.rank() / 2);
          if (group.rank() == 3) {
            throw new IllegalStateException("out of luck");
          }
          part.barrier();
          group.barrier();
        }));

    assertEquals(
        "rank 3 failed: java.lang.IllegalStateException: out of luck", failure.getMessage());
  }

  @Test
  final void collective_otherOperations_errorNamesBoth() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(2, group -> {
          if (group.rank() == 0) {
            group.barrier();
          } else {
            group.allGather(1, 2);
          }
        }));

    String message = failure.getMessage();
    assertTrue(message.startsWith("ranks disagree: "), message);
    assertTrue(message.contains("barrier (operation 0)"), message);
    assertTrue(message.contains("allGather of 2 numbers (operation 0)"), message);
  }

  @Test
  final void allToAll_otherNumberOfRows_errorNamesRanks() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(2, group -> {
          INDArray rows = Nd4j.ones(DataType.FLOAT, 2, 3);
          int[] even = {0, 1, 2};
          int[] odd = group.rank() == 0 ? even : new int[] {0, 0, 2};
          group.allToAll(new RankRows(rows, even), new RankRows(rows.dup(), even));
          group.allToAll(new RankRows(rows, even), new RankRows(rows.dup(), odd));
        }));

    // Rank 1 expects no row of rank 0, and two of itself where it sends one.
    assertTrue(failure.getMessage().contains("rank 1"), failure.getMessage());
  }

  @Test
  final void collective_rankDoesNotCome_errorNamesItWithinTimeout() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(3, SHORT, group -> {
          if (group.rank() == 2) {
            hang(SHORT.multipliedBy(2));
          }
          group.barrier();
        }));

    assertTrue(
        failure.getMessage().startsWith("rank 2 did not come to barrier (operation 0) of rank "),
        failure.getMessage());
  }

  @Test
  final void collective_rankHasLeft_errorNamesIt() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(2, group -> {
          if (group.rank() == 0) {
            group.barrier();
          }
        }));

    assertEquals(
        "rank 1 closed the group before barrier (operation 0) of rank 0", failure.getMessage());
  }

  @Test
  final void allToAll_largeAndRankDoesNotCome_errorNamesItAlone() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(3, SHORT, group -> {
          if (group.rank() == 2) {
            hang(SHORT.multipliedBy(2));
          }
          INDArray rows = Nd4j.ones(DataType.FLOAT, 3, 4_000_000); // more than a connection buffers
          int[] even = {0, 1, 2, 3};
          group.allToAll(new RankRows(rows, even), new RankRows(rows.dup(), even));
        }));

    assertTrue(
        failure.getMessage().startsWith("rank 2 did not come to allToAll "), failure.getMessage());
  }

  @Test
  final void split_partClosedByOneRank_errorOfTheOther() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(4, group -> {
          Group part = group.split(group.rank() / 2);
          if (group.rank() == 3) {
            part.close();
            hang(SHORT);
          } else if (group.rank() == 2) {
            part.barrier();
          }
          group.barrier();
        }));

    assertTrue(
        failure.getMessage().startsWith("rank 3 closed the group before barrier"),
        failure.getMessage());
  }

  @Test
  final void close_partsAndGroup_noThreadOfTheGroupIsLeft() throws InterruptedException {
    run(3, group -> {
      group.split(0).allGather(1);
      group.barrier();
    });

    long end = System.nanoTime() + LONG.toNanos();
    while (groupThreads() > 0 && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    assertEquals(0, groupThreads());
  }

  private static long groupThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("moe4j rank "))
        .count();
  }

  /** Computes on, deaf to interrupts. */
  private static void hang(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private interface Count {
    int of(int rank);
  }

  private interface Row {
    double[] of(int rank, int number);
  }

  private static int[] starts(int ranks, Count count) {
    int[] start = new int[ranks + 1];
    for (int r = 0; r < ranks; r++) {
      start[r + 1] = start[r] + count.of(r);
    }
    return start;
  }

  private static INDArray rows(int ranks, Count count, Row row) {
    int[] start = starts(ranks, count);
    INDArray rows = Nd4j.create(DataType.DOUBLE, start[ranks], 3);
    for (int r = 0; r < ranks; r++) {
      for (int i = 0; i < count.of(r); i++) {
        rows.putRow(start[r] + i, Nd4j.createFromArray(row.of(r, i)));
      }
    }
    return rows;
  }
}
