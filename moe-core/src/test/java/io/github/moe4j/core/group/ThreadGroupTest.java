package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.GroupContract;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ThreadGroupTest extends GroupContract {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @Override
  protected void run(int ranks, Duration timeout, Consumer<Group> body) {
    Group.threads(ranks, timeout, group -> {
      body.accept(group);
      return group.rank();
    });
  }

  @Test
  void collective_rankThrows_othersEndWithItsCause() {
    IllegalStateException cause = new IllegalStateException("out of luck");
    CountDownLatch others = new CountDownLatch(2);
    GroupException failure = assertThrows(
        GroupException.class,
        () -> run(3, TIMEOUT, group -> {
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
    assertArrayEquals(new double[] {1, 2}, sum.toDoubleVector());
    assertArrayEquals(new long[] {7}, group.allGather(7)[0]);
    assertEquals(1, group.split(3).size());
    group.abort(new IllegalStateException("no more"));
    assertThrows(GroupException.class, group::barrier);
  }

  @Test
  @Timeout(60)
  void threads_callerInterrupted_ranksEndAndCallerStaysInterrupted() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    GroupException[] failure = new GroupException[1];
    boolean[] interrupted = new boolean[1];
    Thread caller = new Thread(() -> {
      failure[0] = assertThrows(
          GroupException.class,
          () -> run(2, TIMEOUT, group -> {
            started.countDown();
            if (group.rank() == 0) {
              group.barrier();
            } else {
              assertThrows(InterruptedException.class, () -> new CountDownLatch(1).await());
            }
          }));
      interrupted[0] = Thread.currentThread().isInterrupted();
    });
    caller.start();
    started.await();
    caller.interrupt();
    caller.join();

    assertTrue(failure[0].getMessage().contains("interrupted"), failure[0].getMessage());
    assertTrue(interrupted[0]);
  }

  @Test
  void rankRows_startsDoNotFit_refused() {
    INDArray rows = Nd4j.ones(DataType.FLOAT, 2, 3);
    for (int[] wrong : new int[][] {{0}, {0, 1}, {1, 2}, {0, 3, 2}, {0, -1, 2}}) {
      assertThrows(IllegalArgumentException.class, () -> new RankRows(rows, wrong));
    }
  }
}
