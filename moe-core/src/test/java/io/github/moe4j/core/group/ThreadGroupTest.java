package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class ThreadGroupTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  void allToAll_anyNumbersOfRows_transposed(int ranks) {
    // Rank s sends (s + r) % 3 rows to rank r, each [s, r, number].
    run(ranks, group -> {
      int own = group.rank();
      INDArray send = rows(ranks, r -> (own + r) % 3, (r, row) -> new double[] {own, r, row});
      INDArray expected = rows(ranks, s -> (s + own) % 3, (s, row) -> new double[] {s, own, row});
      INDArray receive = Allocate.uninitialized(DataType.DOUBLE, expected.shape());

      group.allToAll(
          new RankRows(send, starts(ranks, r -> (own + r) % 3)),
          new RankRows(receive, starts(ranks, s -> (s + own) % 3)));

      assertArrayEquals(values(expected), values(receive));
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  void allGather_numbers_byRank(int ranks) {
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
  void allReduce_floats_bitsOfSumInRankOrder(int ranks) {
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
          assertArrayEquals(values(expected), values(sum));
        });
      }
    }
  }

  @Test
  void allReduce_moreThanOnePiece_summed() {
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
  void split_twoColours_groupsOfTheirOwnInRankOrder() {
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
  void split_failureInPart_endsAll() {
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
  void collective_rankThrows_othersEndWithItsCause() {
    IllegalStateException cause = new IllegalStateException("out of luck");
    CountDownLatch others = new CountDownLatch(2);
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(3, group -> {
          if (group.rank() == 1) {
            throw cause;
          }
          GroupException own = assertThrows(GroupException.class, group::barrier);
          assertSame(cause, own.getCause());
          assertThrows(GroupException.class, () -> group.allGather(1));
          others.countDown();
        }));

    assertEquals(
        "rank 1 failed: java.lang.IllegalStateException: out of luck", failure.getMessage());
    assertSame(cause, failure.getCause());
    assertEquals(0, others.getCount());
  }

  @Test
  void collective_otherOperations_errorNamesBoth() {
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
  void allToAll_otherNumberOfRows_errorNamesRanks() {
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
  void collective_rankDoesNotCome_errorNamesItWithinTimeout() {
    CountDownLatch never = new CountDownLatch(1);
    GroupException failure = assertThrows(
        GroupException.class,
        () -> Group.threads(3, SHORT, group -> {
          if (group.rank() == 2) {
            awaitUninterruptibly(never);
          }
          group.barrier();
          return group;
        }));

    assertTrue(
        failure.getMessage().startsWith("rank 2 did not come to barrier (operation 0) of rank "),
        failure.getMessage());
    never.countDown();
  }

  @Test
  void collective_rankHasLeft_errorNamesIt() {
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
  void collective_afterClose_refused() {
    Group group = Group.single();
    group.close();
    group.close();

    assertThrows(IllegalStateException.class, group::barrier);
  }

  @Test
  void single_allOperations_identity() {
    Group group = Group.single();
    INDArray sum = Nd4j.createFromArray(1f, 2f);
    group.allReduce(sum);
    assertArrayEquals(new double[] {1, 2}, values(sum));
    assertArrayEquals(new long[] {7}, group.allGather(7)[0]);
    assertEquals(1, group.split(3).size());
    group.abort(new IllegalStateException("no more"));
    assertThrows(GroupException.class, group::barrier);
  }

  @Test
  void threads_callerInterrupted_ranksEnd() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    GroupException[] failure = new GroupException[1];
    Thread caller = new Thread(() -> failure[0] = assertThrows(
        GroupException.class,
        () -> run(2, group -> {
          started.countDown();
          if (group.rank() == 0) {
            group.barrier();
          } else {
            awaitUninterruptibly(new CountDownLatch(1), SHORT);
            group.barrier();
          }
        })));
    caller.start();
    started.await();
    caller.interrupt();
    caller.join();

    assertTrue(failure[0].getMessage().contains("interrupted"), failure[0].getMessage());
  }

  @Test
  void rankRows_startsDoNotFit_refused() {
    INDArray rows = Nd4j.ones(DataType.FLOAT, 2, 3);
    for (int[] wrong : new int[][] {{0}, {0, 1}, {1, 2}, {0, 3, 2}, {0, -1, 2}}) {
      assertThrows(IllegalArgumentException.class, () -> new RankRows(rows, wrong));
    }
  }

  private static void run(int ranks, Consumer<Group> body) {
    Group.threads(ranks, LONG, group -> {
      body.accept(group);
      return group.rank();
    });
  }

  /** All elements; float32 is exact in float64. */
  private static double[] values(INDArray array) {
    return array.isEmpty() ? new double[0] : array.ravel().toDoubleVector();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    awaitUninterruptibly(latch, LONG);
  }

  private static void awaitUninterruptibly(CountDownLatch latch, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    while (latch.getCount() > 0 && System.nanoTime() < end) {
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
    INDArray rows = Allocate.zeros(DataType.DOUBLE, start[ranks], 3);
    for (int r = 0; r < ranks; r++) {
      for (int i = 0; i < count.of(r); i++) {
        rows.putRow(start[r] + i, Nd4j.createFromArray(row.of(r, i)));
      }
    }
    return rows;
  }
}
