package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.PaddedToCapacity;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.NormalizedInput;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.lora.FrozenExperts;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class OncePerRankTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int D = RankBatch.D;
  private static final int E = 9;
  private static final int K = 4;

  /** What a rank came to, and the filler rows that its capacity rule added. */
  private record Result(
      double[] y, double[] dx, Gradients gradients, ExchangeStatistics sent, int fillers) {}

  private static MoeLayer layer(Experts experts, UnaryOperator<MoeLayer.Builder> options) {
    return options
        .apply(MoeLayer.builder(
            GatedRouter.of(
                LinearGate.create(experts.experts(), D, experts.dataType(), 3), TopK.of(K)),
            experts))
        .build();
  }

  private static List<Result> run(
      RankBatch batch,
      Placement placement,
      Experts whole,
      boolean once,
      UnaryOperator<MoeLayer.Builder> options) {
    return Group.threads(placement.ranks(), TIMEOUT, group -> {
      ExpertParallel parallel = RankBatch.parallel(group, placement, whole);
      MoeLayer layer = layer(once ? parallel.oncePerRank() : parallel, options);
      INDArray x = batch.x(group.rank());
      Gradients gradients = layer.parameters().zeroGradients();
      INDArray dx = Allocate.zeros(x.dataType(), x.shape());
      try (MoePass pass = layer.forward(
          TokenBatch.training(x).withMask(RandomArrays.mask(Seeds.random(5), tokens(x))))) {
        pass.backward(batch.dy(group.rank()), dx, gradients);
        return new Result(values(pass.y()), values(dx), gradients, parallel.exchanged(), (int)
            (Arrays.stream(pass.load().kept()).sum() - pass.plan().rows()));
      }
    });
  }

  private static int tokens(INDArray x) {
    return (int) x.size(0);
  }

  private static Placement replicas(int ranks) {
    int[][] ranksOf = new int[E][];
    SplittableRandom random = Seeds.random(ranks);
    for (int e = 0; e < E; e++) {
      ranksOf[e] = random.nextBoolean()
          ? new int[] {random.nextInt(ranks)}
          : IntStream.range(0, ranks).toArray();
    }
    return Placement.of(ranks, ranksOf);
  }

  private static void assertGradientsOfRows(
      List<Result> rows, List<Result> once, double tolerance) {
    for (int r = 0; r < rows.size(); r++) {
      Result expected = rows.get(r);
      Result actual = once.get(r);
      assertNear("y of rank " + r, expected.y(), actual.y(), tolerance);
      assertNear("dx of rank " + r, expected.dx(), actual.dx(), tolerance);
      expected
          .gradients()
          .forEach(
              (name, array) -> assertSameBits(name, array, actual.gradients().get(name)));
      assertEquals(0, actual.fillers(), "filler rows are not computed");
    }
  }

  @ParameterizedTest
  @CsvSource({"1,20", "2,40", "3,1", "4,60", "7,50"})
  void forwardBackward_masksAndAnyPlacement_gradientsHaveTheBitsOfRows(int ranks, int tokens) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Experts whole = RankBatch.glu(E, type);
      RankBatch batch = RankBatch.of(ranks, tokens, type);
      for (Placement placement :
          List.of(Placement.even(E, ranks), replicas(ranks), Placement.of(ranks, onFirst()))) {
        assertGradientsOfRows(
            run(batch, placement, whole, false, layer -> layer),
            run(batch, placement, whole, true, layer -> layer),
            type == DataType.FLOAT ? 1e-5 : 1e-13);
      }
    }
  }

  /** All experts on rank 0. */
  private static int[][] onFirst() {
    return IntStream.range(0, E).mapToObj(e -> new int[] {0}).toArray(int[][]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dropped", "fillers", "shared", "weight at input"})
  void forwardBackward_otherLayers_gradientsHaveTheBitsOfRows(String kind) {
    LimitedCapacity limit = LimitedCapacity.of(CapacityFormula.fixed(6));
    CapacityRule capacity = switch (kind) {
      case "dropped" -> limit;
      case "fillers" -> PaddedToCapacity.of(limit);
      default -> new Dropless();
    };
    WeightAt place = kind.equals("weight at input") ? WeightAt.INPUT : WeightAt.OUTPUT;
    UnaryOperator<MoeLayer.Builder> options = layer -> {
      layer.capacity(capacity).weightAt(place);
      return kind.equals("shared")
          ? layer.sharedExpert(DenseFeedForward.of(
              FfnExperts.create(ExpertOptions.of(1, D, 8).withDataType(DataType.DOUBLE), 4)))
          : layer;
    };
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    RankBatch batch = RankBatch.of(3, 60, DataType.DOUBLE);

    assertGradientsOfRows(
        run(batch, Placement.even(E, 3), whole, false, options),
        run(batch, Placement.even(E, 3), whole, true, options),
        1e-13);
  }

  /** The shared expert adds into dx, which the experts must not read as dy. */
  @Test
  void backward_dxIsDyBesideSharedExpert_asApart() {
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    RankBatch batch = RankBatch.of(2, 30, DataType.DOUBLE);
    Group.threads(2, TIMEOUT, group -> {
      MoeLayer layer = layer(
          RankBatch.parallel(group, Placement.even(E, 2), whole).oncePerRank(),
          builder -> builder.sharedExpert(DenseFeedForward.of(
              FfnExperts.create(ExpertOptions.of(1, D, 8).withDataType(DataType.DOUBLE), 4))));
      INDArray dy = batch.dy(group.rank());
      RankBatch.Result apart = RankBatch.run(layer, batch.x(group.rank()), dy);
      INDArray both = batch.dy(group.rank());
      Gradients gradients = layer.parameters().zeroGradients();
      try (MoePass pass = layer.forward(TokenBatch.training(batch.x(group.rank())))) {
        pass.backward(both, both, gradients);
      }
      double[] expected = values(dy);
      Arrays.setAll(expected, i -> expected[i] + apart.dx()[i]);
      assertNear("dx", expected, values(both), 1e-13);
      gradients.forEach((name, gradient) ->
          assertSameBits(name, values(apart.gradients().get(name)), values(gradient)));
      return 0;
    });
  }

  /** Filler rows change nothing, so they do not travel, whatever is around the experts. */
  @Test
  void forward_fillersAndNormAroundExperts_notComputed() {
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    RankBatch batch = RankBatch.of(2, 40, DataType.DOUBLE);
    Group.threads(2, TIMEOUT, group -> {
      ExpertParallel parallel = RankBatch.parallel(group, Placement.even(E, 2), whole);
      Experts around = ScaledOutput.of(
          NormalizedInput.of(RmsNorm.create(D, 1e-6, DataType.DOUBLE), FrozenExperts.of(parallel)),
          2);
      MoeLayer layer = layer(
          around,
          builder ->
              builder.capacity(PaddedToCapacity.of(LimitedCapacity.of(CapacityFormula.fixed(50)))));
      try (MoePass pass = layer.forward(TokenBatch.evaluation(batch.x(group.rank())))) {
        long kept = Arrays.stream(pass.load().assigned()).sum(); // room for all
        long computed = parallel.exchanged().ofAllRanks(group).stream()
            .mapToLong(ExchangeStatistics::computed)
            .sum();
        assertEquals(group.allGather(kept)[0][0] + group.allGather(kept)[1][0], computed);
      }
      return 0;
    });
  }

  /** A rank that comes late: the other's wait is exchange, not products. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void times_otherRankIsLate_waitIsExchange(boolean once) {
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    RankBatch batch = RankBatch.of(2, 20, DataType.DOUBLE);
    Group.threads(2, TIMEOUT, group -> {
      ExpertParallel parallel = RankBatch.parallel(group, Placement.even(E, 2), whole);
      MoeLayer layer = layer(once ? parallel.oncePerRank() : parallel, builder -> builder);
      group.barrier();
      if (group.rank() == 1) {
        sleep(300);
      }
      try (MoePass pass = layer.forward(TokenBatch.evaluation(batch.x(group.rank())))) {
        assertTrue(group.rank() == 1 || pass.times().exchange() > 200_000_000L, pass.toString());
      }
      return 0;
    });
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void forward_float_bitsOfTheDefinition(int ranks) {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    RankBatch batch = RankBatch.of(ranks, 40, DataType.FLOAT);
    Placement placement = replicas(ranks);

    List<double[]> actual = Group.threads(ranks, TIMEOUT, group -> {
      MoeLayer layer =
          layer(RankBatch.parallel(group, placement, whole).oncePerRank(), builder -> builder);
      try (MoePass pass = layer.forward(TokenBatch.evaluation(batch.x(group.rank())))) {
        return values(pass.y());
      }
    });

    for (int r = 0; r < ranks; r++) {
      assertSameBits(
          "y of rank " + r,
          definition(batch.x(r), layer(whole, builder -> builder), placement, r),
          actual.get(r));
    }
  }

  /** y = Σ over ranks in order of (Σ over a token's experts there, in order). */
  private static double[] definition(INDArray x, MoeLayer layer, Placement placement, int source) {
    INDArray y = Allocate.zeros(x.dataType(), x.shape());
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x));
        Arena.Scope scope = new Arena().open()) {
      Assignments all = pass.decision().assignments();
      for (int rank = 0; rank < placement.ranks(); rank++) {
        int target = rank;
        int[] there = IntStream.range(0, all.size())
            .filter(n -> placement.target(all.expert(n), source) == target)
            .boxed()
            .sorted(Comparator.comparingInt(all::expert))
            .mapToInt(Integer::intValue)
            .toArray();
        DispatchPlan plan = DispatchPlan.of(all.select(there));
        INDArray xR = Allocate.zeros(x.dataType(), plan.rows(), D);
        WeightAt.OUTPUT.dispatch(plan, x, xR);
        INDArray yR = layer
            .experts()
            .run(xR, plan.expertStart(), PassMode.evaluation(), scope)
            .y();
        INDArray part = Allocate.zeros(x.dataType(), x.shape());
        WeightAt.OUTPUT.combine(plan, yR, part);
        if (!y.isEmpty()) { // ND4J adds no empty arrays
          y.addi(part);
        }
      }
      return values(y);
    }
  }

  @Test
  void backward_float64_finiteDifferences() {
    int ranks = 3;
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    RankBatch batch = RankBatch.of(ranks, 12, DataType.DOUBLE);
    Placement placement = Placement.even(E, ranks);
    SplittableRandom random = Seeds.random(3);
    List<Result> ofRanks = run(batch, placement, whole, true, layer -> layer);
    Function<INDArray, Double> loss = x -> Group.threads(ranks, TIMEOUT, group -> {
          RankBatch moved = new RankBatch(x, batch.dy(), batch.start());
          INDArray own = moved.x(group.rank());
          MoeLayer layer =
              layer(RankBatch.parallel(group, placement, whole).oncePerRank(), builder -> builder);
          try (MoePass pass = layer.forward(TokenBatch.evaluation(own)
              .withMask(RandomArrays.mask(Seeds.random(5), tokens(own))))) {
            return own.isEmpty()
                ? 0
                : pass.y().mul(batch.dy(group.rank())).sumNumber().doubleValue();
          }
        })
        .stream()
        .mapToDouble(Double::doubleValue)
        .sum();
    double[] dx = ofRanks.stream().flatMapToDouble(r -> Arrays.stream(r.dx())).toArray();

    for (int i = 0; i < 8; i++) {
      int place = random.nextInt(dx.length);
      double h = 1e-6;
      INDArray more = batch.x().dup();
      more.putScalar(place / D, place % D, more.getDouble(place / D, place % D) + h);
      INDArray less = batch.x().dup();
      less.putScalar(place / D, place % D, less.getDouble(place / D, place % D) - h);

      double difference = (loss.apply(more) - loss.apply(less)) / (2 * h);

      assertEquals(difference, dx[place], 1e-6 * (1 + Math.abs(difference)), "dx " + place);
    }
  }

  @ParameterizedTest
  @CsvSource({"4,6.0,2.7", "8,7.0,4.7"})
  void exchanged_eightOf128Experts_oneRowForEachOtherRank(int ranks, double rows, double once) {
    int experts = 128;
    int tokens = 60;
    SplittableRandom random = Seeds.random(ranks);
    int[][] choice = new int[tokens * ranks][];
    Arrays.setAll(choice, t -> random.ints(0, experts).distinct().limit(8).toArray());
    Placement placement = Placement.even(experts, ranks);

    long[][] sent = Group.threads(ranks, TIMEOUT, group -> {
          int[] own = placement.expertsOn(group.rank());
          Experts local = FfnExperts.create(ExpertOptions.of(experts, 2, 1), 5, own);
          long[] counts = new long[2];
          for (int i = 0; i < 2; i++) {
            ExpertParallel parallel = ExpertParallel.of(group, placement, local);
            int first = group.rank() * tokens;
            MoeLayer layer = MoeLayer.of(
                FixedRouter.of(
                    Allocate.zeros(DataType.FLOAT, experts, 2),
                    Arrays.copyOfRange(choice, first, first + tokens)),
                i == 0 ? parallel : parallel.oncePerRank());
            layer
                .forward(TokenBatch.evaluation(Allocate.zeros(DataType.FLOAT, tokens, 2)))
                .close();
            counts[i] = parallel.exchanged().rows();
          }
          return counts;
        })
        .toArray(long[][]::new);

    long leaving = 0;
    long distinct = 0;
    for (int t = 0; t < choice.length; t++) {
      int here = t / tokens;
      int[] targets = Arrays.stream(choice[t]).map(e -> e / (experts / ranks)).toArray();
      leaving += Arrays.stream(targets).filter(r -> r != here).count();
      distinct += Arrays.stream(targets).filter(r -> r != here).distinct().count();
    }
    // Each row goes out, and a result comes back from where it went.
    assertEquals(2 * leaving, Arrays.stream(sent).mapToLong(c -> c[0]).sum());
    assertEquals(2 * distinct, Arrays.stream(sent).mapToLong(c -> c[1]).sum());
    // K·(N−1)/N, and (N−1)·(1 − C(E−E/N, K)/C(E, K)); 5 standard deviations of the mean.
    double none = 1;
    for (int k = 0; k < 8; k++) {
      none *= (experts - experts / ranks - k) / (double) (experts - k);
    }
    assertEquals(once, (ranks - 1) * (1 - none), 0.05);
    double slack = 5 * Math.sqrt(ranks - 1) / Math.sqrt(choice.length);
    assertEquals(rows, leaving / (double) choice.length, 2 * slack);
    assertEquals(once, distinct / (double) choice.length, slack);
  }

  @Test
  void run_partOfOtherExpertsOrSeveralChunks_refused() {
    ExpertParallel parallel =
        RankBatch.parallel(Group.single(), Placement.even(E, 1), RankBatch.glu(E, DataType.FLOAT));
    MoeLayer layer = layer(
        CompositeExperts.of(parallel.oncePerRank(), CopyExperts.of(1, D, DataType.FLOAT)),
        builder -> builder);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 3, D);

    String part = assertThrows(
            IllegalArgumentException.class, () -> layer.forward(TokenBatch.evaluation(x)))
        .getMessage();
    String chunks = assertThrows(
            IllegalArgumentException.class, () -> parallel.withChunks(2).oncePerRank())
        .getMessage();

    assertTrue(part.contains("must be those of a layer, not parts of other experts"), part);
    assertTrue(chunks.contains("chunks must be 1"), chunks);
  }

  @Test
  void run_oneRankSendsRows_errorOnAll() {
    RankBatch batch = RankBatch.of(2, 20, DataType.FLOAT);
    Experts whole = RankBatch.glu(E, DataType.FLOAT);

    GroupException failure = assertThrows(
        GroupException.class,
        () -> Group.threads(2, TIMEOUT, group -> {
          ExpertParallel parallel = RankBatch.parallel(group, Placement.even(E, 2), whole);
          Experts experts = group.rank() == 0 ? parallel : parallel.oncePerRank();
          return RankBatch.run(
              layer(experts, builder -> builder), batch.x(group.rank()), batch.dy(group.rank()));
        }));

    // E counts and the way, against 2 counts for each rank and the way.
    assertTrue(failure.getMessage().contains("allGather of 10 numbers"), failure.getMessage());
    assertTrue(failure.getMessage().contains("allGather of 5 numbers"), failure.getMessage());
  }

  @Test
  void forward_expertGivesNan_errorNamesItByItsNumber() {
    RankBatch batch = RankBatch.of(2, 60, DataType.FLOAT);
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    whole.parameters().get("down.bias").putScalar(7, 2, Float.NaN);

    GroupException failure = assertThrows(
        GroupException.class, () -> run(batch, Placement.even(E, 2), whole, true, layer -> layer));

    assertTrue(
        failure
            .getMessage()
            .contains("outputs of experts on rank 1 must be finite but expert 7 has NaN"),
        failure.getMessage());
  }
}
