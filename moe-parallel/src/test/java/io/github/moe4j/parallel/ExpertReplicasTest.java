package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.parallel.RankBatch.Result;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class ExpertReplicasTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int E = 5;

  /** A rank of a grid, each of whose rows of ranks holds all experts. */
  private record Rank(MoeLayer layer, DataParallel parallel, int[] numbers) {
    static Rank inGrid(Group group, int width, Experts whole) {
      Group row = group.split(group.rank() / width);
      Placement placement = Placement.even(E, width);
      ExpertParallel experts = RankBatch.parallel(row, placement, whole);
      return new Rank(
          RankBatch.layer(experts),
          DataParallel.of(group).withExperts("experts", experts),
          placement.expertsOn(row.rank()));
    }

    static Rank of(Group group, Placement placement, Experts whole) {
      ExpertParallel experts = RankBatch.parallel(group, placement, whole);
      return new Rank(
          RankBatch.layer(experts),
          DataParallel.of(group).withExperts("experts", experts),
          placement.expertsOn(group.rank()));
    }
  }

  private static void requireKernels() {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
  }

  /** The sum in order, in the type of the arrays. */
  private static INDArray sum(List<INDArray> parts) {
    INDArray sum = Allocate.copy(parts.get(0));
    parts.subList(1, parts.size()).forEach(sum::addi);
    return sum;
  }

  private static INDArray sum(List<Result> parts, String name) {
    return sum(parts.stream().map(part -> part.gradients().get(name)).toList());
  }

  @ParameterizedTest
  @CsvSource({"2,2", "3,2", "2,3", "2,1", "1,3"})
  void reduce_gridOfRowsAndWidth_bitsOfTheDefinition(int rows, int width) {
    requireKernels();
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      RankBatch batch = RankBatch.of(rows * width, 70, type);
      Experts whole = RankBatch.glu(E, type);

      List<Result> ranks = Group.threads(rows * width, TIMEOUT, group -> {
        Rank rank = Rank.inGrid(group, width, whole);
        rank.parallel.requireSame(rank.layer.parameters());
        Result own = RankBatch.run(rank.layer, batch.x(group.rank()), batch.dy(group.rank()));
        rank.parallel.reduce(own.gradients());
        return own;
      });

      // A row is one process over its part of the batch; a rank is one over its own.
      MoeLayer one = RankBatch.layer(whole);
      List<Result> ofRows = IntStream.range(0, rows)
          .mapToObj(r -> batch.ranks(r * width, (r + 1) * width))
          .map(part -> RankBatch.run(one, part.x(), part.dy()))
          .toList();
      List<Result> ofRanks = IntStream.range(0, rows * width)
          .mapToObj(r -> RankBatch.run(one, batch.x(r), batch.dy(r)))
          .toList();
      for (int r = 0; r < ranks.size(); r++) {
        Gradients own = ranks.get(r).gradients();
        assertSameBits(
            "router of rank " + r, sum(ofRanks, "router.weight"), own.get("router.weight"));
        for (String name : own.part("experts").names()) {
          RankBatch.assertSameExperts(
              name + " of rank " + r,
              Placement.even(E, width).expertsOn(r % width),
              sum(ofRows, "experts." + name),
              own.get("experts." + name));
        }
      }
    }
  }

  @Test
  void reduce_anyPlacement_sumOfTheReplicasInRankOrder() {
    requireKernels();
    Placement placement = Placement.of(
        3, new int[] {0, 1, 2}, new int[] {1}, new int[] {0, 2}, new int[] {0, 2}, new int[] {2});
    RankBatch batch = RankBatch.of(3, 90, DataType.FLOAT);
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    Result expected = RankBatch.run(RankBatch.layer(whole), batch.x(), batch.dy());

    List<List<Gradients>> ranks = Group.threads(3, TIMEOUT, group -> {
      Rank rank = Rank.of(group, placement, whole);
      Result own = RankBatch.run(rank.layer, batch.x(group.rank()), batch.dy(group.rank()));
      assertSameBits("y", batch.part(expected.y(), group.rank()), own.y());
      assertSameBits("dx", batch.part(expected.dx(), group.rank()), own.dx());
      Gradients before = copy(own.gradients());
      rank.parallel.reduce(own.gradients());
      return List.of(before, own.gradients());
    });

    for (int e = 0; e < E; e++) {
      for (String name : expected.gradients().part("experts").names()) {
        List<INDArray> parts = new ArrayList<>();
        for (int r : placement.ranksOf(e)) {
          parts.add(slice(ranks.get(r).get(0), name, placement, r, e));
        }
        INDArray sum = sum(parts);
        for (int r : placement.ranksOf(e)) {
          assertSameBits(
              name + " of expert " + e + " on rank " + r,
              sum,
              slice(ranks.get(r).get(1), name, placement, r, e));
        }
      }
    }
  }

  private static Gradients copy(Gradients gradients) {
    NamedArrays.Builder all = NamedArrays.builder();
    gradients.forEach((name, array) -> all.add(name, Allocate.copy(array)));
    return Gradients.in(all.build());
  }

  private static INDArray slice(
      Gradients gradients, String name, Placement placement, int rank, int expert) {
    INDArray array = gradients.get("experts." + name);
    int place = Arrays.binarySearch(placement.expertsOn(rank), expert);
    INDArray rows = array.reshape('c', array.size(0), array.length() / array.size(0));
    return Gemm.rows(rows, place, place + 1);
  }

  @Test
  void step_severalOnAGrid_replicasStayEqual() {
    RankBatch batch = RankBatch.of(6, 60, DataType.FLOAT);
    Experts whole = RankBatch.glu(E, DataType.FLOAT);

    List<double[]> norms = Group.threads(6, TIMEOUT, group -> {
      Rank rank = Rank.inGrid(group, 2, whole);
      Optimizer optimizer = Optimizer.of(rank.layer.parameters(), AdamW.of(0.1), 0.01);
      double[] ofSteps = new double[4];
      for (int step = 0; step < ofSteps.length; step++) {
        Result own = RankBatch.run(rank.layer, batch.x(group.rank()), batch.dy(group.rank()));
        rank.parallel.reduce(own.gradients());
        ofSteps[step] = rank.parallel.clipByGlobalNorm(own.gradients(), 1);
        optimizer.step(own.gradients());
        rank.parallel.requireSame(rank.layer.parameters());
      }
      return ofSteps;
    });

    norms.forEach(own -> assertSameBits("norms of all ranks", norms.get(0), own));
  }

  @Test
  void globalNorm_grid_thatOfOneProcessWithEachExpertOnce() {
    RankBatch batch = RankBatch.of(4, 60, DataType.DOUBLE);
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    double expected =
        RankBatch.run(RankBatch.layer(whole), batch.x(), batch.dy()).gradients().globalNorm();

    for (int width : new int[] {1, 2, 4}) {
      for (double norm : Group.threads(4, TIMEOUT, group -> {
        Rank rank = Rank.inGrid(group, width, whole);
        Result own = RankBatch.run(rank.layer, batch.x(group.rank()), batch.dy(group.rank()));
        rank.parallel.reduce(own.gradients());
        return rank.parallel.globalNorm(own.gradients());
      })) {
        assertEquals(expected, norm, 1e-12 * expected, "width " + width);
      }
    }
  }

  @Test
  void reduce_afterMicroBatches_bitsOfTheirSumsInRankOrder() {
    requireKernels();
    List<RankBatch> micro =
        List.of(RankBatch.of(4, 40, DataType.FLOAT), RankBatch.of(4, 9, DataType.FLOAT));
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    MoeLayer one = RankBatch.layer(whole);

    List<Gradients> ranks = Group.threads(4, TIMEOUT, group -> {
      Rank rank = Rank.inGrid(group, 2, whole);
      Gradients sum = rank.layer.parameters().zeroGradients();
      for (RankBatch batch : micro) {
        sum.add(RankBatch.run(rank.layer, batch.x(group.rank()), batch.dy(group.rank()))
            .gradients());
      }
      rank.parallel.reduce(sum);
      return sum;
    });

    String name = "experts.down.weight";
    List<INDArray> rows = IntStream.range(0, 2)
        .mapToObj(row -> micro.stream()
            .map(batch -> batch.ranks(2 * row, 2 * row + 2))
            .map(part -> RankBatch.run(one, part.x(), part.dy()))
            .toList())
        .map(parts -> sum(parts, name))
        .toList();
    for (int r = 0; r < 4; r++) {
      RankBatch.assertSameExperts(
          name, Placement.even(E, 2).expertsOn(r % 2), sum(rows), ranks.get(r).get(name));
    }
  }

  @Test
  void requireSame_replicaDiffers_errorNamesExpertAndRanksOnAll() {
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    SplittableRandom random = Seeds.random(1);
    int place = random.nextInt(2);

    List<String> messages = Group.threads(4, TIMEOUT, group -> {
      Rank rank = Rank.inGrid(group, 2, whole);
      if (group.rank() == 3) {
        INDArray weight = rank.layer.parameters().get("experts.up.weight");
        weight.putScalar(new int[] {place, 1, 1}, 7);
      }
      return assertThrows(
              IllegalArgumentException.class,
              () -> rank.parallel.requireSame(rank.layer.parameters()))
          .getMessage();
    });

    // Experts 3 and 4 are those of ranks 1 and 3.
    messages.forEach(message -> assertEquals(
        "expert %d of experts must have the same parameters on all its ranks but those of ranks 1 and 3 differ"
            .formatted(3 + place),
        message));
  }
}
