package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Threads;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterNeed;
import io.github.moe4j.routing.catalogue.RouterProvider;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * With the kernels a token's output and dx have the same bits alone and in any batch, at any place in it, with
 * every router whose choice depends on the token alone.
 */
@ExtendWith(Seeds.class)
class BatchInvarianceTest {
  private static final int[] TOKENS = {1, 2, 3, 7, 16, 17, 64, 300, 1024};
  private static final int MOST = 1024;
  private static final int D = 40;
  private static final int E = 8;

  private final INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), MOST, D);
  private final INDArray dy = RandomArrays.normal(DataType.FLOAT, Seeds.random(2), MOST, D);

  @BeforeEach
  void requireKernels() {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
  }

  static Stream<RouterProvider> routers() {
    return RouterCatalogue.load().all().stream()
        .filter(router -> !router.traits().needs(RouterNeed.OTHER_TOKENS))
        .filter(router -> !router.traits().needs(RouterNeed.PLACE_IN_BATCH));
  }

  private static MoeLayer layer(RouterProvider router, Threads threads) {
    RouterConfig config = RouterConfig.of(E, D, 2);
    GluExperts experts = GluExperts.create(ExpertOptions.of(E, D, 70), 5);
    return MoeLayer.builder(router.create(config, DataType.FLOAT, ExpertBias.zeros(E), 3), experts)
        .threads(threads)
        .build();
  }

  /** Outputs and dx of some tokens. */
  private record Rows(double[] y, double[] dx) {
    /** Those of the tokens that stand at a place, for any number from there on. */
    void requireSame(String what, Rows all, int place) {
      int to = (place + y.length / D) * D;
      assertSameBits(what + ": y", Arrays.copyOfRange(all.y, place * D, to), y);
      assertSameBits(what + ": dx", Arrays.copyOfRange(all.dx, place * D, to), dx);
    }
  }

  private Rows evaluate(MoeLayer layer, int from, int count) {
    INDArray tokens = part(x, from, count);
    int[] ids = ids(from, count);
    TokenBatch input = TokenBatch.evaluation(tokens).withTokenIds(ids);
    double[] y;
    try (MoePass pass = layer.forward(input)) {
      y = values(pass.y());
    }
    try (MoePass pass = layer.forward(input.differentiable())) {
      assertSameBits("kept for a backward", y, values(pass.y()));
      return new Rows(y, values(pass.backward(part(dy, from, count)).dx()));
    }
  }

  private static int[] ids(int from, int count) {
    return IntStream.range(from, from + count).map(i -> i % 100).toArray();
  }

  private static INDArray part(INDArray rows, int from, int count) {
    return RandomArrays.of(
        DataType.FLOAT, Arrays.copyOfRange(values(rows), from * D, (from + count) * D), count, D);
  }

  @ParameterizedTest
  @MethodSource("routers")
  void forwardAndBackward_batchesOfAnySize_sameBitsOfEachToken(RouterProvider router) {
    MoeLayer layer = layer(router, Threads.of(2));
    Rows all = evaluate(layer, 0, MOST);
    for (int tokens : TOKENS) {
      int place = MOST - tokens - tokens % 5 * (MOST - tokens) / 5;
      evaluate(layer, place, tokens).requireSame(router.name() + ", T " + tokens, all, place);
    }
  }

  static Stream<RouterProvider> routersWithoutNoise() {
    return routers()
        .filter(router -> !router.traits().needs(RouterNeed.GENERATOR_IN_TRAINING))
        .filter(router -> !router.traits().needs(RouterNeed.OTHER_TOKENS_IN_TRAINING));
  }

  @ParameterizedTest
  @MethodSource("routersWithoutNoise")
  void forward_training_sameBitsAsInEvaluation(RouterProvider router) {
    MoeLayer layer = layer(router, Threads.of(2));
    Rows all = evaluate(layer, 0, MOST);
    INDArray tokens = part(x, 5, 17);
    TokenBatch input = TokenBatch.training(tokens).withTokenIds(ids(5, 17));
    try (MoePass pass = layer.forward(input)) {
      double[] y = values(pass.y());
      new Rows(y, values(pass.backward(part(dy, 5, 17)).dx())).requireSame("training", all, 5);
    }
  }

  @Test
  void forwardAndBackward_anyNumberOfThreads_sameBits() {
    RouterProvider router = RouterCatalogue.load().get("top-k");
    Rows expected = evaluate(layer(router, Threads.of(1)), 0, MOST);
    for (int threads = 2; threads <= 5; threads++) {
      evaluate(layer(router, Threads.of(threads)), 0, MOST)
          .requireSame(threads + " threads", expected, 0);
    }
    assertTrue(Arrays.stream(expected.dx()).anyMatch(value -> value != 0));
  }
}
