package io.github.moe4j.core;

import static io.github.moe4j.core.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.testkit.BlasThreads;
import io.github.moe4j.core.testkit.FixedRouter;
import io.github.moe4j.core.testkit.RandomArrays;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The same bits on any number of Java threads, forward and backward, and beside other passes. */
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
  private static double[] pass(MoeLayer layer, int tokens, boolean training) {
    INDArray x = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(1), tokens, WIDTH);
    INDArray dy = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(2), tokens, WIDTH);
    TokenBatch input = training ? TokenBatch.of(x).training() : TokenBatch.of(x);
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

  private static double[] on(int threads, Callable<double[]> work) throws Exception {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.submit(work).get();
    } finally {
      pool.shutdown();
    }
  }

  @ParameterizedTest
  @CsvSource({"glu,700", "glu,40", "glu,16", "glu,1", "ffn,700", "ffn,3"})
  void pass_oneTwoOrThreeThreads_sameBits(String kind, int tokens) throws Exception {
    MoeLayer layer = MoeLayer.of(router(), experts(kind));
    for (boolean training : new boolean[] {true, false}) {
      double[] one = on(1, () -> pass(layer, tokens, training));
      assertSameBits("two threads", one, on(2, () -> pass(layer, tokens, training)));
      assertSameBits("three threads", one, on(3, () -> pass(layer, tokens, training)));
      assertSameBits("outside a pool", one, pass(layer, tokens, training));
    }
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
