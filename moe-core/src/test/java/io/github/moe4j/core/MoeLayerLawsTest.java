package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What must hold of any layer, whatever its numbers are. */
@ExtendWith(Seeds.class)
class MoeLayerLawsTest {
  private static final int D = 4;
  private static final int E = 3;

  private static INDArray normal(long salt, long... shape) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), shape);
  }

  private static GluExperts experts(int count) {
    ExpertOptions options =
        ExpertOptions.of(count, D, 6).withBiases(true).withDataType(DataType.DOUBLE);
    GluExperts experts = GluExperts.create(options, 1);
    RandomArrays.fill(experts.parameters(), Seeds.random(9), 0.5);
    return experts;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 17})
  void forwardAndBackward_anyTokens_matchNaiveLoop(int tokens) {
    Experts experts = experts(E);
    FixedRouter router = FixedRouter.of(normal(1, E, D), new int[] {2, 0}, new int[] {2, 1});
    MoeLayer layer = MoeLayer.builder(router, experts)
        .capacity(LimitedCapacity.ofFactor(0.8))
        .build();
    INDArray x = normal(2, tokens, D);
    INDArray dy = normal(3, tokens, D);
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      Assignments kept = pass.plan().assignments();
      assertEquals(2 * tokens, kept.size() + pass.dropped());
      NaiveMoe naive = NaiveMoe.of(experts.parameters(), Activation.SILU);
      double[][] xs = Near.matrix(x);
      assertNear("y", naive.forward(xs, kept), pass.y(), 1e-12);
      NaiveMoe.Backward expected = naive.backward(xs, kept, Near.matrix(dy));
      MoeGradients actual = pass.backward(dy);
      expected
          .dParameters()
          .forEach((name, array) -> assertNear(
              name, array, values(actual.parameters().part("experts").get(name)), 1e-12));
    }
  }

  @Test
  void forward_identicalExpertsWeightsSumToOne_isTheDenseLayer() {
    GluExperts experts = experts(E);
    GluExperts single = experts(1);
    experts.parameters().forEach((name, array) -> {
      for (int e = 0; e < E; e++) {
        array.slice(e).assign(single.parameters().get(name).slice(0));
      }
    });
    // all experts chosen: the softmax weights sum to 1
    MoeLayer layer = MoeLayer.of(FixedRouter.of(normal(1, E, D), new int[] {2, 0, 1}), experts);
    TokenBatch input = TokenBatch.evaluation(normal(2, 9, D)).differentiable();
    INDArray dy = normal(3, 9, D);
    DenseFeedForward dense = DenseFeedForward.of(single);
    try (MoePass sparse = layer.forward(input);
        FeedForwardPass plain = dense.forward(input)) {
      assertNear("y", plain.y(), sparse.y(), 1e-12);
      MoeGradients gradients = sparse.backward(dy);
      INDArray dx = dy.dup().assign(0);
      Gradients into = dense.parameters().zeroGradients();
      plain.backward(dy, dx, into);
      // the router's share of dx is zero: no weight matters when all experts agree
      assertNear("dx", dx, gradients.dx(), 1e-12);
      for (String name : single.parameters().names()) {
        assertNear(
            name,
            into.get("network." + name).sum(0),
            gradients.parameters().get("experts." + name).sum(0),
            1e-12);
      }
    }
  }

  @Test
  void forward_tokensPermuted_outputsPermuted() {
    MoeLayer layer = MoeLayer.of(
        FixedRouter.of(normal(1, E, D), new int[] {2, 0}, new int[] {0, 1}), experts(E));
    INDArray x = normal(2, 8, D);
    INDArray dy = normal(3, 8, D);
    // even tokens stay even: the fixed choice depends on t % 2
    int[] order = {4, 7, 2, 1, 6, 5, 0, 3};
    try (MoePass plain = layer.forward(TokenBatch.evaluation(x).differentiable());
        MoePass permuted = layer.forward(TokenBatch.evaluation(rows(x, order)).differentiable())) {
      assertNear("y", rows(plain.y(), order), permuted.y(), 1e-12);
      MoeGradients a = plain.backward(dy);
      MoeGradients b = permuted.backward(rows(dy, order));
      assertNear("dx", rows(a.dx(), order), b.dx(), 1e-12);
      a.parameters()
          .forEach((name, array) -> assertNear(name, array, b.parameters().get(name), 1e-12));
    }
  }

  private static INDArray rows(INDArray matrix, int... order) {
    double[][] rows = Near.matrix(matrix);
    double[][] picked = Arrays.stream(order).mapToObj(r -> rows[r]).toArray(double[][]::new);
    return Nd4j.createFromArray(picked);
  }

  @Test
  void forward_padding_zeroRowsAndOthersUnchanged() {
    MoeLayer layer = MoeLayer.builder(FixedRouter.of(normal(1, E, D), new int[] {2, 0}), experts(E))
        .sharedExpert(DenseFeedForward.gated(experts(1), normal(4, 1, D)))
        .build();
    INDArray x = normal(2, 6, D);
    INDArray dirty = x.dup();
    int[] padded = {1, 4};
    for (int t : padded) {
      dirty.get(NDArrayIndex.interval(t, t + 1), NDArrayIndex.all()).assign(Double.NaN);
    }
    TokenMask mask = TokenMask.of(true, false, true, true, false, true);
    int[] real = {0, 2, 3, 5};
    INDArray dy = normal(3, 6, D);
    try (MoePass plain = layer.forward(TokenBatch.evaluation(rows(x, real)).differentiable());
        MoePass masked =
            layer.forward(TokenBatch.evaluation(dirty).differentiable().withMask(mask))) {
      assertNear("y", plain.y(), rows(masked.y(), real), 1e-12);
      assertAllZero("y of padding", values(rows(masked.y(), padded)));
      assertEquals(4, masked.load().tokens());
      MoeGradients a = plain.backward(rows(dy, real));
      MoeGradients b = masked.backward(dy);
      assertNear("dx", a.dx(), rows(b.dx(), real), 1e-12);
      assertAllZero("dx of padding", values(rows(b.dx(), padded)));
      a.parameters()
          .forEach((name, array) -> assertNear(name, array, b.parameters().get(name), 1e-12));
    }
  }

  @Test
  void forward_allDropped_sharedExpertAlone() {
    DenseFeedForward shared = DenseFeedForward.of(experts(1));
    MoeLayer layer = MoeLayer.builder(FixedRouter.of(normal(1, E, D), new int[] {2, 0}), experts(E))
        .capacity(LimitedCapacity.of(CapacityFormula.fixed(0)))
        .sharedExpert(shared)
        .build();
    TokenBatch input = TokenBatch.evaluation(normal(2, 5, D)).differentiable();
    try (MoePass pass = layer.forward(input);
        FeedForwardPass alone = shared.forward(input)) {
      assertEquals(10, pass.dropped());
      assertEquals(0, pass.plan().rows());
      assertNear("y", alone.y(), pass.y(), 0);
      MoeGradients gradients = pass.backward(normal(3, 5, D));
      for (String name : gradients.parameters().names()) {
        if (!name.startsWith("shared.")) {
          assertAllZero(name, values(gradients.parameters().get(name)));
        }
      }
    }
  }

  @Test
  void forward_sharedExpert_isTheSumOfBoth() {
    FixedRouter router = FixedRouter.of(normal(1, E, D), new int[] {2, 0});
    GluExperts routed = experts(E);
    DenseFeedForward shared = DenseFeedForward.gated(experts(1), normal(4, 1, D));
    MoeLayer both = MoeLayer.builder(router, routed).sharedExpert(shared).build();
    TokenBatch input = TokenBatch.evaluation(normal(2, 5, D));
    try (MoePass sum = both.forward(input);
        MoePass a = MoeLayer.of(router, routed).forward(input);
        FeedForwardPass b = shared.forward(input)) {
      assertNear("y", a.y().add(b.y()), sum.y(), 1e-14);
    }
  }

  @Test
  void load_afterForward_sumsToRows() {
    MoeLayer layer = MoeLayer.builder(
            FixedRouter.of(normal(1, E, D), new int[] {2, 0}, new int[] {2, 1}), experts(E))
        .capacity(LimitedCapacity.ofFactor(1))
        .build();
    try (MoePass pass = layer.forward(TokenBatch.evaluation(normal(2, 9, D)))) {
      // 9 tokens: all want expert 2; limit ceil(18/3) = 6, so 3 are dropped
      assertEquals(3, pass.dropped());
      assertEquals(3, pass.load().dropped());
      assertEquals(pass.plan().rows(), Arrays.stream(pass.load().kept()).sum());
      assertEquals(18, Arrays.stream(pass.load().assigned()).sum());
      assertEquals(15, IntStream.range(0, 9).map(pass.plan()::rowsOf).sum());
    }
  }
}
