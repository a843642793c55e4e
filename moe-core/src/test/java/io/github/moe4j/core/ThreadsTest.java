package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.internal.BlasThreads;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The same bits on any number of Java threads, forward and backward, and beside other passes. */
@Tag("slow")
class ThreadsTest {
  private static final int EXPERTS = 5;
  private static final int WIDTH = 24;

  /** Expert 0 gets every token and is cut into blocks, expert 3 gets none. */
  private static Router router() {
    INDArray weight = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(4), EXPERTS, WIDTH);
    return FixedRouter.of(weight, new int[] {0, 1}, new int[] {0, 2}, new int[] {4, 0});
  }

  private static Experts experts(String kind) {
    ExpertOptions options = ExpertOptions.of(EXPERTS, WIDTH, 40);
    return kind.equals("glu") ? GluExperts.create(options, 3) : FfnExperts.create(options, 3);
  }

  /** All numbers of one forward and one backward pass. */
  static double[] pass(MoeLayer layer, int tokens, boolean training) {
    INDArray x = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(1), tokens, WIDTH);
    INDArray dy = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(2), tokens, WIDTH);
    TokenBatch input =
        training ? TokenBatch.training(x) : TokenBatch.evaluation(x).differentiable();
    try (MoePass forward = layer.forward(input)) {
      INDArray y = forward.y().dup();
      MoeGradients gradients = forward.backward(dy);
      INDArray[] all = {y.reshape(-1), gradients.dx().reshape(-1)};
      INDArray joined = Nd4j.concat(0, all);
      for (String name : gradients.parameters().names()) {
        joined = Nd4j.concat(0, joined, gradients.parameters().get(name).reshape(-1));
      }
      return joined.castTo(DataType.DOUBLE).toDoubleVector();
    }
  }

  @ParameterizedTest
  @CsvSource({"glu,700", "glu,40", "glu,16", "glu,1", "ffn,700", "ffn,3", "glu,0"})
  void pass_oneToEightPartitions_sameBits(String kind, int tokens) {
    for (boolean training : new boolean[] {true, false}) {
      double[] one = pass(layer(kind, Threads.of(1)), tokens, training);
      for (int partitions = 2; partitions <= 8; partitions++) {
        MoeLayer layer = layer(kind, Threads.of(partitions));
        assertSameBits(partitions + " partitions", one, pass(layer, tokens, training));
      }
      MoeLayer plain = layer(kind, null);
      assertSameBits("default", one, pass(plain, tokens, training));
      double[] inRun = Threads.of(5).call(() -> pass(plain, tokens, training));
      assertSameBits("chosen for the caller", one, inRun);
    }
  }

  static MoeLayer layer(String kind, @Nullable Threads threads) {
    MoeLayer.Builder builder = MoeLayer.builder(router(), experts(kind));
    return (threads == null ? builder : builder.threads(threads)).build();
  }

  @Test
  void pass_inPoolsOfTheUser_sameBits() throws Exception {
    double[] expected = pass(layer("glu", null), 700, true);
    ForkJoinPool pool = new ForkJoinPool(3);
    try {
      MoeLayer inPool = layer("glu", Threads.on(pool, 3));
      assertSameBits("from outside", expected, pass(inPool, 700, true));
      assertSameBits(
          "from within", expected, pool.submit(() -> pass(inPool, 700, true)).get());
    } finally {
      pool.shutdown();
    }
    assertSameBits("pool shut down", expected, pass(layer("glu", Threads.on(pool, 3)), 700, true));
  }

  @Test
  void forward_threadsOfALayer_doAllItsWork() throws Exception {
    Set<String> names = ConcurrentHashMap.newKeySet();
    ExecutorService given = Executors.newFixedThreadPool(1, task -> new Thread(task, "given"));
    try {
      Threads threads = Threads.on(given, 2);
      CountDownLatch both = new CountDownLatch(2);
      threads.run(() -> Parallel.tasks(2, (worker, task) -> {
        names.add(Thread.currentThread().getName());
        both.countDown();
        await(both);
        // What a helper divides further is divided among the same.
        assertEquals(2, Parallel.workers(100));
      }));
      assertEquals(Set.of("given", Thread.currentThread().getName()), names);
      MoeLayer layer =
          MoeLayer.builder(router(), experts("glu")).threads(threads).build();
      INDArray x = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(1), 40, WIDTH);
      try (MoePass forward = layer.forward(TokenBatch.training(x))) {
        assertNull(Parallel.team(), "the caller's own choice is as before");
        forward.backward(x);
      }
      assertNull(Parallel.team());
    } finally {
      given.shutdown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "3"})
  void backward_callerInterrupted_sameBitsAndFlagKept(int partitions) {
    MoeLayer layer = layer("glu", partitions == 0 ? null : Threads.of(partitions));
    double[] expected = pass(layer, 700, true);
    Thread.currentThread().interrupt();
    double[] actual = pass(layer, 700, true);
    assertTrue(Thread.interrupted());
    assertSameBits("interrupted", expected, actual);
  }

  @ParameterizedTest
  @ValueSource(strings = {"glu", "ffn"})
  void pass_twoCallersAtOnce_sameBitsAndBlasThreadsAsBefore(String kind) throws Exception {
    MoeLayer layer = MoeLayer.of(router(), experts(kind));
    double[] alone = pass(layer, 700, true);
    int before = BlasThreads.now();
    ForkJoinPool pool = new ForkJoinPool(2);
    try {
      Future<double[]> first = pool.submit(() -> pass(layer, 700, true));
      Future<double[]> second = pool.submit(() -> pass(layer, 700, true));
      assertSameBits("first", alone, first.get());
      assertSameBits("second", alone, second.get());
    } finally {
      pool.shutdown();
    }
    assertEquals(before, BlasThreads.now());
  }
}
