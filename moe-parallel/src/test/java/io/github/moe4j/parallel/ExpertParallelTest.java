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
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class ExpertParallelTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int D = 24;
  private static final int E = 8;
  private static final int K = 2;

  /** A batch, its division among ranks, and the layer of one process. */
  private record Case(INDArray x, INDArray dy, int[] start, MoeLayer whole) {
    static Case of(int ranks, int tokens, Experts experts) {
      SplittableRandom random = Seeds.random(1000L * ranks + tokens);
      int[] start = new int[ranks + 1];
      for (int r = 1; r < ranks; r++) {
        start[r] = random.nextInt(tokens + 1); // some ranks get no tokens
      }
      start[ranks] = tokens;
      Arrays.sort(start);
      DataType type = experts.dataType();
      return new Case(
          RandomArrays.normal(type, random, tokens, D),
          RandomArrays.normal(type, random, tokens, D),
          start,
          MoeLayer.of(router(experts.experts(), type), experts));
    }

    INDArray part(INDArray rows, int rank) {
      return part(rows, start[rank], start[rank + 1]);
    }

    private static INDArray part(INDArray rows, int from, int to) {
      return from == to
          ? Allocate.zeros(rows.dataType(), 0, D)
          : Allocate.copy(Gemm.rows(rows, from, to));
    }
  }

  /** What a rank came to. */
  private record Result(double[] y, double[] dx, Gradients gradients, ExchangeStatistics sent) {}

  private static Router router(int experts, DataType type) {
    return GatedRouter.of(LinearGate.create(experts, D, type, 3), TopK.of(K));
  }

  private static GluExperts glu(int experts, DataType type) {
    return GluExperts.create(
        ExpertOptions.of(experts, D, 40).withDataType(type).withBiases(true), 5);
  }

  private static Result run(MoeLayer layer, TokenBatch input, INDArray dy) {
    Gradients gradients = layer.parameters().zeroGradients();
    INDArray dx = Allocate.zeros(dy.dataType(), dy.shape());
    try (MoePass pass = layer.forward(input)) {
      pass.backward(dy, dx, gradients);
      return new Result(values(pass.y()), values(dx), gradients, null);
    }
  }

  private static List<Result> onRanks(
      Case one, Placement placement, Function<Group, Experts> made) {
    return Group.threads(placement.ranks(), TIMEOUT, group -> {
      Experts experts = made.apply(group);
      MoeLayer layer = MoeLayer.of(router(experts.experts(), experts.dataType()), experts);
      Result result = run(
          layer,
          TokenBatch.training(one.part(one.x(), group.rank())),
          one.part(one.dy(), group.rank()));
      DataParallel.of(group, "experts").reduce(result.gradients());
      ExchangeStatistics sent =
          experts instanceof ExpertParallel parallel ? parallel.exchanged() : null;
      return new Result(result.y(), result.dx(), result.gradients(), sent);
    });
  }

  private static Experts local(Group group, Placement placement, Experts whole) {
    int[] here = placement.expertsOn(group.rank());
    return here.length == 0
        ? ExpertParallel.withoutExperts(group, placement, D, whole.dataType())
        : ExpertParallel.of(group, placement, ExpertSelection.of(whole, here));
  }

  private static void assertSame(Case one, Placement placement, List<Result> ranks) {
    Result whole = run(one.whole(), TokenBatch.training(one.x()), one.dy());
    for (int r = 0; r < ranks.size(); r++) {
      int from = one.start()[r] * D;
      int to = one.start()[r + 1] * D;
      assertSameBits(
          "y of rank " + r,
          Arrays.copyOfRange(whole.y(), from, to),
          ranks.get(r).y());
      assertSameBits(
          "dx of rank " + r,
          Arrays.copyOfRange(whole.dx(), from, to),
          ranks.get(r).dx());
      assertSameBits(
          "router gradients are the same on all ranks",
          values(ranks.get(0).gradients().get("router.weight")),
          values(ranks.get(r).gradients().get("router.weight")));
      int[] here = placement.expertsOn(r);
      for (String name : whole.gradients().names()) {
        if (name.startsWith("experts.") && here.length > 0) {
          assertExpertGradients(
              name, here, whole.gradients().get(name), ranks.get(r).gradients().get(name));
        }
      }
    }
  }

  private static void assertExpertGradients(
      String name, int[] numbers, INDArray whole, INDArray local) {
    double[] all = values(whole);
    double[] own = values(local);
    int length = own.length / numbers.length;
    for (int i = 0; i < numbers.length; i++) {
      assertSameBits(
          name + " of expert " + numbers[i],
          Arrays.copyOfRange(all, numbers[i] * length, (numbers[i] + 1) * length),
          Arrays.copyOfRange(own, i * length, (i + 1) * length));
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
      Experts whole = glu(E, type);
      Case one = Case.of(ranks, tokens, whole);
      Placement placement = Placement.even(E, ranks);

      assertSame(one, placement, onRanks(one, placement, g -> local(g, placement, whole)));
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

    assertSame(one, placement, onRanks(one, placement, g -> local(g, placement, whole)));
  }

  @Test
  void forwardBackward_moreRanksThanExperts_bitsOfOneProcess() {
    requireKernels();
    Experts whole = glu(3, DataType.FLOAT);
    Placement placement = Placement.even(3, 5);
    Case one = Case.of(5, 100, whole);

    assertSame(one, placement, onRanks(one, placement, g -> local(g, placement, whole)));
  }

  @Test
  void forwardBackward_copyExpertsBeside_stayLocal() {
    requireKernels();
    Experts networks = glu(E, DataType.FLOAT);
    Experts whole = CompositeExperts.of(networks, CopyExperts.of(2, D, DataType.FLOAT));
    Placement placement = Placement.even(E, 2);
    Case one = Case.of(2, 64, whole);
    Result expected = run(one.whole(), TokenBatch.training(one.x()), one.dy());

    List<Result> ranks = onRanks(
        one,
        placement,
        g -> CompositeExperts.of(
            local(g, placement, networks), CopyExperts.of(2, D, DataType.FLOAT)));

    for (int r = 0; r < 2; r++) {
      assertSameBits(
          "y",
          Arrays.copyOfRange(expected.y(), one.start()[r] * D, one.start()[r + 1] * D),
          ranks.get(r).y());
    }
  }

  @Test
  void forwardBackward_replicas_sameOutputsAndSummedGradients() {
    requireKernels();
    Experts whole = glu(4, DataType.FLOAT);
    Placement placement =
        Placement.of(3, new int[] {0, 1, 2}, new int[] {1}, new int[] {0, 2}, new int[] {2});
    Case one = Case.of(3, 90, whole);
    Result expected = run(one.whole(), TokenBatch.training(one.x()), one.dy());

    List<Result> ranks = onRanks(one, placement, g -> local(g, placement, whole));

    double[] sum = new double[D * 40];
    for (int r = 0; r < 3; r++) {
      assertSameBits(
          "y",
          Arrays.copyOfRange(expected.y(), one.start()[r] * D, one.start()[r + 1] * D),
          ranks.get(r).y());
      double[] own = values(ranks.get(r).gradients().get("experts.down.weight"));
      int place = Arrays.binarySearch(placement.expertsOn(r), 0);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += own[place * sum.length + i];
      }
    }
    double[] all = values(expected.gradients().get("experts.down.weight"));
    for (int i = 0; i < sum.length; i++) {
      assertEquals(all[i], sum[i], 1e-4 * (1 + Math.abs(all[i])), "gradient of expert 0");
    }
  }

  @Test
  void forward_mask_paddingDoesNotTravel() {
    requireKernels();
    Experts whole = glu(E, DataType.FLOAT);
    Placement placement = Placement.even(E, 2);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(8), 20, D);
    TokenMask mask = RandomArrays.mask(Seeds.random(9), 20);
    MoeLayer one = MoeLayer.of(router(E, DataType.FLOAT), whole);

    List<double[]> ranks = Group.threads(2, TIMEOUT, group -> {
      MoeLayer layer = MoeLayer.of(router(E, DataType.FLOAT), local(group, placement, whole));
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
    Experts whole = glu(E, DataType.FLOAT);
    Case one = Case.of(2, 64, whole);
    Placement placement = Placement.even(E, 2);
    long[] leaving = new long[2];
    for (int r = 0; r < 2; r++) {
      try (MoePass pass = one.whole().forward(TokenBatch.evaluation(one.part(one.x(), r)))) {
        for (int e = 0; e < E; e++) {
          if (placement.ranksOf(e)[0] != r) {
            leaving[r] += pass.load().assigned()[e];
          }
        }
      }
    }

    List<Result> ranks = onRanks(one, placement, g -> local(g, placement, whole));

    for (int r = 0; r < 2; r++) {
      // Out twice (x and dy), and twice the results of the other rank's rows (y and dx).
      long rows = 2 * (leaving[r] + leaving[1 - r]);
      assertEquals(rows, ranks.get(r).sent().rows());
      assertEquals(rows * D * Float.BYTES, ranks.get(r).sent().bytes());
      assertEquals(4, ranks.get(r).sent().exchanges());
    }
  }

  @Test
  void run_dropoutInTraining_refused() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> Group.threads(2, TIMEOUT, group -> {
          Placement placement = Placement.even(2, 2);
          Experts own = GluExperts.create(ExpertOptions.of(1, D, 40), 5).withDropout(0.5);
          MoeLayer layer =
              MoeLayer.of(router(2, DataType.FLOAT), ExpertParallel.of(group, placement, own));
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
      MoeLayer layer = MoeLayer.of(router(2, DataType.FLOAT), experts);
      INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 8, D);
      try (MoePass pass = layer.forward(TokenBatch.evaluation(x))) {
        assertThrows(IllegalStateException.class, () -> pass.backward(pass.y().dup()));
      }
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

  @Test
  void placement_even_firstRanksHaveOneMore() {
    Placement placement = Placement.even(30, 8);

    assertEquals(
        List.of(4, 4, 4, 4, 4, 4, 3, 3),
        IntStream.range(0, 8).mapToObj(r -> placement.expertsOn(r).length).toList());
    assertEquals(3, placement.ranksOf(12)[0]);
  }

  @Test
  void placement_byLoad_mostLoadedFirst() {
    // 9 → rank 0; 5 → 1; 4 → 1 (9 = 9, then the lowest load: 5 + 4); 1 → 0 (equal loads, fewest
    // experts)
    Placement placement = Placement.byLoad(new long[] {1, 5, 9, 4}, 2);

    assertEquals("[[0], [1], [0], [1]] of 2 ranks", placement.toString());
  }

  @Test
  void placement_invalid_refused() {
    assertThrows(IllegalArgumentException.class, () -> Placement.of(2, new int[] {2}));
    assertThrows(IllegalArgumentException.class, () -> Placement.of(2, new int[] {}));
    assertThrows(IllegalArgumentException.class, () -> Placement.of(2, new int[] {1, 0}));
    assertThrows(IllegalArgumentException.class, () -> Placement.even(0, 2));
    assertThrows(IllegalArgumentException.class, () -> Placement.byLoad(new long[] {-1}, 2));
  }
}
