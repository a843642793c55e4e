package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.parallel.RankBatch.Result;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class ExpertParallelTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int D = RankBatch.D;
  private static final int E = 8;

  /** A batch and the layer of one process. */
  private record Case(RankBatch batch, MoeLayer whole) {
    static Case of(int ranks, int tokens, Experts experts) {
      return new Case(RankBatch.of(ranks, tokens, experts.dataType()), RankBatch.layer(experts));
    }

    Result run() {
      return RankBatch.run(whole, batch.x(), batch.dy());
    }
  }

  private static List<Result> onRanks(
      Case one, Placement placement, Function<Group, Experts> made) {
    return Group.threads(placement.ranks(), TIMEOUT, group -> {
      MoeLayer layer = RankBatch.layer(made.apply(group));
      Result result =
          RankBatch.run(layer, one.batch().x(group.rank()), one.batch().dy(group.rank()));
      DataParallel.of(group, "experts").reduce(result.gradients());
      return result;
    });
  }

  private static void assertSame(Case one, Placement placement, List<Result> ranks) {
    Result whole = one.run();
    for (int r = 0; r < ranks.size(); r++) {
      assertSameBits(
          "y of rank " + r, one.batch().part(whole.y(), r), ranks.get(r).y());
      assertSameBits(
          "dx of rank " + r, one.batch().part(whole.dx(), r), ranks.get(r).dx());
      assertSameBits(
          "router gradients are the same on all ranks",
          values(ranks.get(0).gradients().get("router.weight")),
          values(ranks.get(r).gradients().get("router.weight")));
      int[] here = placement.expertsOn(r);
      for (String name : whole.gradients().names()) {
        if (name.startsWith("experts.") && here.length > 0) {
          RankBatch.assertSameExperts(
              name, here, whole.gradients().get(name), ranks.get(r).gradients().get(name));
        }
      }
    }
  }

  private static void requireKernels() {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
  }

  @ParameterizedTest
  @CsvSource({"1,64", "2,1", "2,64", "3,17", "4,300", "7,64", "7,512"})
  void forwardBackward_evenPlacement_bitsOfOneProcess(int ranks, int tokens) {
    requireKernels();
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Experts whole = RankBatch.glu(E, type);
      Case one = Case.of(ranks, tokens, whole);
      Placement placement = Placement.even(E, ranks);

      assertSame(
          one, placement, onRanks(one, placement, g -> RankBatch.parallel(g, placement, whole)));
    }
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void forwardBackward_scatteredPlacement_bitsOfOneProcess(int ranks) {
    requireKernels();
    Experts whole = FfnExperts.create(ExpertOptions.of(E, D, 40), 5);
    SplittableRandom random = Seeds.random(ranks);
    int[][] ranksOf = new int[E][];
    Arrays.setAll(ranksOf, e -> new int[] {random.nextInt(ranks)}); // some ranks may hold none
    Placement placement = Placement.of(ranks, ranksOf);
    Case one = Case.of(ranks, 128, whole);

    assertSame(
        one, placement, onRanks(one, placement, g -> RankBatch.parallel(g, placement, whole)));
  }

  @Test
  void forwardBackward_moreRanksThanExperts_bitsOfOneProcess() {
    requireKernels();
    Experts whole = RankBatch.glu(3, DataType.FLOAT);
    Placement placement = Placement.even(3, 5);
    Case one = Case.of(5, 100, whole);

    assertSame(
        one, placement, onRanks(one, placement, g -> RankBatch.parallel(g, placement, whole)));
  }

  @Test
  void forwardBackward_copyExpertsBeside_stayLocal() {
    requireKernels();
    Experts networks = RankBatch.glu(E, DataType.FLOAT);
    Experts whole = CompositeExperts.of(networks, CopyExperts.of(2, D, DataType.FLOAT));
    Placement placement = Placement.even(E, 2);
    Case one = Case.of(2, 64, whole);
    Result expected = one.run();

    List<Result> ranks = onRanks(
        one,
        placement,
        g -> CompositeExperts.of(
            RankBatch.parallel(g, placement, networks), CopyExperts.of(2, D, DataType.FLOAT)));

    for (int r = 0; r < 2; r++) {
      assertSameBits("y", one.batch().part(expected.y(), r), ranks.get(r).y());
    }
  }

  @Test
  void forward_mask_paddingDoesNotTravel() {
    requireKernels();
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    Placement placement = Placement.even(E, 2);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(8), 20, D);
    TokenMask mask = RandomArrays.mask(Seeds.random(9), 20);
    MoeLayer one = MoeLayer.of(RankBatch.router(E, DataType.FLOAT), whole);

    List<double[]> ranks = Group.threads(2, TIMEOUT, group -> {
      MoeLayer layer = MoeLayer.of(
          RankBatch.router(E, DataType.FLOAT), RankBatch.parallel(group, placement, whole));
      try (MoePass pass = layer.forward(TokenBatch.evaluation(x).withMask(mask))) {
        return values(pass.y());
      }
    });

    try (MoePass pass = one.forward(TokenBatch.evaluation(x).withMask(mask))) {
      assertSameBits("y of rank 0", values(pass.y()), ranks.get(0));
      assertSameBits("y of rank 1", values(pass.y()), ranks.get(1));
    }
  }

  @Test
  void exchanged_forwardAndBackward_bytesOfTheRowsThatLeave() {
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    Case one = Case.of(2, 64, whole);
    Placement placement = Placement.even(E, 2);
    long[] leaving = new long[2];
    for (int r = 0; r < 2; r++) {
      try (MoePass pass = one.whole().forward(TokenBatch.evaluation(one.batch().x(r)))) {
        for (int e = 0; e < E; e++) {
          if (placement.ranksOf(e)[0] != r) {
            leaving[r] += pass.load().assigned()[e];
          }
        }
      }
    }

    List<ExchangeStatistics> ranks = Group.threads(2, TIMEOUT, group -> {
      ExpertParallel experts = RankBatch.parallel(group, placement, whole);
      RankBatch.run(
          RankBatch.layer(experts), one.batch().x(group.rank()), one.batch().dy(group.rank()));
      return experts.exchanged();
    });

    for (int r = 0; r < 2; r++) {
      // Out twice (x and dy), and twice the results of the other rank's rows (y and dx).
      long rows = 2 * (leaving[r] + leaving[1 - r]);
      assertEquals(rows, ranks.get(r).rows());
      assertEquals(rows * D * Float.BYTES, ranks.get(r).bytes());
      assertEquals(4, ranks.get(r).exchanges());
    }
  }

  @Test
  void run_dropoutInTraining_refused() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> Group.threads(2, TIMEOUT, group -> {
          Placement placement = Placement.even(2, 2);
          Experts own = GluExperts.create(ExpertOptions.of(1, D, 40), 5).withDropout(0.5);
          MoeLayer layer = MoeLayer.of(
              RankBatch.router(2, DataType.FLOAT), ExpertParallel.of(group, placement, own));
          INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 8, D);
          layer.forward(TokenBatch.training(x, new SplittableRandom(1))).close();
          return 0;
        }));

    assertTrue(
        failure.getMessage().contains("experts in parallel must not draw random numbers"),
        failure.getMessage());
  }

  @Test
  void backward_ofEvaluation_errorBeforeAnyExchange() {
    List<Long> exchanges = Group.threads(2, TIMEOUT, group -> {
      ExpertParallel experts = ExpertParallel.of(
          group, Placement.even(2, 2), GluExperts.create(ExpertOptions.of(1, D, 40), 5));
      MoeLayer layer = MoeLayer.of(RankBatch.router(2, DataType.FLOAT), experts);
      INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 8, D);
      try (MoePass pass = layer.forward(TokenBatch.evaluation(x))) {
        assertThrows(IllegalStateException.class, () -> pass.backward(pass.y().dup()));
      }
      return experts.exchanged().exchanges();
    });

    assertEquals(List.of(2L, 2L), exchanges);
  }

  @Test
  void backward_closedOrSharedArrays_errorBeforeAnyExchange() {
    List<Long> exchanges = Group.threads(2, TIMEOUT, group -> {
      ExpertParallel experts = ExpertParallel.of(
          group, Placement.even(2, 2), GluExperts.create(ExpertOptions.of(1, D, 40), 5));
      MoeLayer layer = MoeLayer.of(RankBatch.router(2, DataType.FLOAT), experts);
      INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 8, D);
      Gradients into = layer.parameters().zeroGradients();
      try (MoePass pass = layer.forward(TokenBatch.training(x, new SplittableRandom(1)))) {
        INDArray dy = pass.y().dup();
        assertThrows(IllegalArgumentException.class, () -> pass.backward(dy, x, into));
        INDArray dx = dy.dup();
        dx.close();
        assertThrows(IllegalArgumentException.class, () -> pass.backward(dy, dx, into));
        experts.parameters().get("up.weight").close();
        assertThrows(IllegalArgumentException.class, () -> pass.backward(dy, dy.dup(), into));
      }
      x.close();
      assertThrows(IllegalArgumentException.class, () -> layer.forward(TokenBatch.evaluation(x)));
      return experts.exchanged().exchanges();
    });

    assertEquals(List.of(2L, 2L), exchanges);
  }

  @Test
  void of_ranksDisagree_errorOnAll() {
    List<String> messages = new ArrayList<>(Group.threads(2, TIMEOUT, group -> {
      int[][] ranksOf =
          group.rank() == 0 ? new int[][] {{0}, {1}, {0}} : new int[][] {{0}, {0}, {1}};
      Experts own = GluExperts.create(ExpertOptions.of(group.rank() == 0 ? 2 : 1, D, 40), 5);
      return assertThrows(
              IllegalArgumentException.class,
              () -> ExpertParallel.of(group, Placement.of(2, ranksOf), own))
          .getMessage();
    }));

    messages.forEach(message -> assertTrue(
        message.startsWith("ranks 0 and 1 must have one placement, width and type"), message));
  }

  @Test
  void of_numberOfLocalExpertsDoesNotFit_refusedOnAll() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> Group.threads(
            2,
            TIMEOUT,
            group -> ExpertParallel.of(
                group,
                Placement.even(4, 2),
                GluExperts.create(ExpertOptions.of(group.rank() == 0 ? 2 : 1, D, 40), 5))));

    assertTrue(
        failure
            .getMessage()
            .contains("rank 1 must hold the 2 experts [2, 3] of its placement but holds 1"),
        failure.getMessage());
  }
}
