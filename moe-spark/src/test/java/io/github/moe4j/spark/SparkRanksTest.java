package io.github.moe4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Ranks in threads of one JVM. */
class SparkRanksTest {
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static JavaSparkContext context;

  @BeforeAll
  static void start() {
    context = TestContext.local(4);
  }

  @AfterAll
  static void stop() {
    context.stop();
  }

  private static SparkRanks ranks(int count) {
    return SparkRanks.of(context, count);
  }

  @Test
  void run_fourRanks_resultsInOrder() {
    List<String> results = ranks(4)
        .run(rank -> "%s, %s, attempt %d"
            .formatted(
                rank.group(),
                Arrays.deepToString(rank.group().allGather(10L * rank.group().rank())),
                rank.attempt()));

    assertEquals(
        Stream.of(0, 1, 2, 3)
            .map(r -> "rank " + r + " of 4, [[0], [10], [20], [30]], attempt 0")
            .toList(),
        results);
  }

  @Test
  void run_nullResults_returned() {
    assertEquals(Arrays.asList(null, null), ranks(2).run(rank -> null));
  }

  @Test
  void run_expertParallelLayer_bitsOfOneProcess() throws Exception {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    List<int[][]> one = List.<int[][]>of(SmallTraining.of(1).run(Group.single(), 0));

    List<int[][]> results = ranks(3).run(SmallTraining.of(1));

    assertEquals(
        SmallTraining.joined(one).get(0), SmallTraining.joined(results).get(0), "y and dx");
    assertEquals(SmallTraining.joined(one).get(1), SmallTraining.joined(results).get(1), "experts");
  }

  @Test
  void run_oneRankThrows_errorNamesItWithCause() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> ranks(3).run(rank -> {
          if (rank.group().rank() == 1) {
            throw new NoSuchFileException("tokens.txt");
          }
          rank.group().barrier();
          return null;
        }));

    assertEquals(
        "rank 1 failed: java.nio.file.NoSuchFileException: tokens.txt", failure.getMessage());
    assertInstanceOf(NoSuchFileException.class, failure.getCause());
  }

  @Test
  void run_oneRankRunsOutOfMemory_errorNamesIt() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> ranks(2).run(rank -> {
          if (rank.group().rank() == 0) {
            throw new OutOfMemoryError("not really");
          }
          rank.group().barrier();
          return null;
        }));

    assertEquals("rank 0 failed: java.lang.OutOfMemoryError: not really", failure.getMessage());
  }

  /** An exception with a field that Java does not serialize. */
  private static final class Odd extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings({"serial", "unused"}) // on purpose
    private final Object field = new Object();

    Odd(String message) {
      super(message);
    }
  }

  @Test
  void run_exceptionThatCannotTravel_itsTextDoes() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> ranks(1).run(rank -> {
          throw new Odd("out of luck");
        }));

    String name = Odd.class.getName();
    assertEquals("rank 0 failed: " + name + ": out of luck", failure.getMessage());
    assertTrue(failure.getCause().getStackTrace()[0].toString().contains("SparkRanksTest"));
  }

  @Test
  void run_resultThatCannotTravel_refused() {
    GroupException failure =
        assertThrows(GroupException.class, () -> ranks(2).run(rank -> List.of(new Object())));

    assertEquals(
        "rank 0 failed: java.lang.IllegalArgumentException: the result of rank 0 must be serializable but holds a java.lang.Object",
        failure.getMessage());
    assertThrows(GroupException.class, () -> ranks(2).run(rank -> new Object()));
  }

  @Test
  void run_bodyThatCannotTravel_refusedAtOnce() {
    Object here = new Object();

    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> ranks(2).run(rank -> here.hashCode()));

    assertEquals(
        "body must be serializable with all that it refers to but: java.io.NotSerializableException: java.lang.Object",
        failure.getMessage());
  }

  @Test
  void run_failsOnce_secondAttempt() {
    List<Integer> results = ranks(2).with(SparkOptions.secret().withAttempts(3)).run(rank -> {
      rank.group().barrier();
      if (rank.attempt() == 0 && rank.group().rank() == 1) {
        throw new IllegalStateException("out of luck");
      }
      rank.group().barrier();
      return rank.attempt();
    });

    assertEquals(List.of(1, 1), results);
  }

  @Test
  void run_failsAlways_lastErrorWithEarlierOnes() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> ranks(2).with(SparkOptions.secret().withAttempts(2)).run(rank -> {
          throw new UncheckedIOException(
              new NoSuchFileException("file " + rank.attempt() + rank.group().rank()));
        }));

    assertTrue(failure.getMessage().matches("rank . failed: .*file 1."), failure.getMessage());
    assertEquals(1, failure.getSuppressed().length);
    String first = failure.getSuppressed()[0].getMessage();
    assertTrue(first.matches("rank . failed: .*file 0."), first);
  }

  @Test
  void run_rankDoesNotCome_errorNamesItAndEndsIt() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> ranks(3).with(SparkOptions.secret().withTimeout(SHORT)).run(rank -> {
          if (rank.group().rank() == 2) {
            Thread.sleep(Long.MAX_VALUE);
          }
          rank.group().barrier();
          return null;
        }));

    assertTrue(
        failure.getMessage().startsWith("rank 2 did not come to barrier (operation 0) of rank "),
        failure.getMessage());
    assertEquals(3, ranks(3).run(rank -> 1).size(), "its slot is free again");
  }

  @Test
  void run_interfaceOfLoopback_connected() {
    SparkRanks loopback = ranks(2).with(SparkOptions.secret().withInterface("lo"));

    assertEquals(List.of(2, 2), loopback.run(rank -> rank.group().allGather(1).length));
  }

  @Test
  void run_noSuchInterface_errorOfAllRanksAtOnce() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> ranks(2).with(SparkOptions.secret().withInterface("nowhere7")).run(rank -> 1));

    String message = failure.getMessage();
    assertTrue(
        message.startsWith(
            "rank 0 failed: java.io.IOException: network interface must be one of this machine"),
        message);
    assertTrue(message.endsWith("but was nowhere7"), message);
  }

  @Test
  void run_tlsContextFails_errorNamesIt() {
    SparkOptions options = SparkOptions.tls(() -> {
      throw new NoSuchFileException("rank.p12");
    });

    GroupException failure =
        assertThrows(GroupException.class, () -> ranks(2).with(options).run(rank -> 1));

    assertEquals(
        "rank 0 failed: java.nio.file.NoSuchFileException: rank.p12", failure.getMessage());
  }

  private static CountDownLatch occupied;

  @Test
  void run_otherJobHasTheSlots_errorAfterStartTimeout() throws Exception {
    occupied = new CountDownLatch(1);
    var other = context.parallelize(List.of(1, 2), 2).foreachAsync(number -> occupied.await());
    try {
      SparkRanks soon = ranks(3).with(SparkOptions.secret().withStartTimeout(SHORT));

      IllegalStateException failure =
          assertThrows(IllegalStateException.class, () -> soon.run(rank -> 1));

      assertEquals(
          "3 ranks must start at the same time but 0 did within PT2S: other jobs have the slots",
          failure.getMessage());
    } finally {
      occupied.countDown();
      other.get();
    }
    assertEquals(List.of(1, 1, 1), ranks(3).run(rank -> 1));
  }

  @Test
  void run_threadInterrupted_ranksEnd() throws Exception {
    Throwable[] thrown = new Throwable[1];
    Thread caller = new Thread(() -> {
      try {
        ranks(2).run(rank -> {
          Thread.sleep(Long.MAX_VALUE);
          return 1;
        });
      } catch (RuntimeException e) {
        thrown[0] = e;
      }
    });
    caller.start();
    Thread.sleep(500);
    caller.interrupt();
    caller.join();

    assertEquals("the thread that runs the ranks was interrupted", thrown[0].getMessage());
    assertEquals(List.of(1, 1, 1, 1), ranks(4).run(rank -> 1));
  }

  @Test
  void of_moreRanksThanCores_refused() {
    IllegalArgumentException failure = assertThrows(IllegalArgumentException.class, () -> ranks(5));

    assertEquals(
        "ranks must be at most 4, the slots of the master local[4] with spark.task.cpus 1, but was 5",
        failure.getMessage());
    assertThrows(IllegalArgumentException.class, () -> ranks(0));
  }

  @Test
  void of_dynamicAllocation_refused() {
    String name = "spark.dynamicAllocation.enabled";
    context.sc().conf().set(name, "true");
    try {
      IllegalStateException failure = assertThrows(IllegalStateException.class, () -> ranks(2));

      assertEquals(
          "spark.dynamicAllocation.enabled must be false but was true: all ranks run at the same time, or none",
          failure.getMessage());
    } finally {
      context.sc().conf().remove(name);
    }
  }

  @Test
  void options_wrongValues_refused() {
    SparkOptions options = SparkOptions.secret();
    assertThrows(IllegalArgumentException.class, () -> options.withAttempts(0));
    assertThrows(IllegalArgumentException.class, () -> options.withTimeout(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> options.withStartTimeout(Duration.ZERO));
    assertEquals(
        "secret on Spark's address, time-out PT1M, PT4M to start, attempts 1", options.toString());
  }
}
