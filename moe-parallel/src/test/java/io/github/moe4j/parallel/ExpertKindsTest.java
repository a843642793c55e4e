package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.ConstantExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.core.experts.ZeroExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.parallel.RankBatch.Result;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers of all kinds over ranks have the bits of one process. */
@ExtendWith(Seeds.class)
class ExpertKindsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int D = RankBatch.D;
  private static final int E = 5;
  private static final int RANKS = 3;
  private static final Placement PLACEMENT = Placement.even(E, RANKS);

  @BeforeEach
  void requireKernels() {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
  }

  /** Compares forward and backward, all but the gradients of experts, which others compare. */
  private static void assertBitsOfOneProcess(
      MoeLayer whole, BiFunction<Group, int[], MoeLayer> ofRank) {
    RankBatch batch = RankBatch.of(RANKS, 70, whole.dataType());
    Result expected = RankBatch.run(whole, batch.x(), batch.dy());

    List<Result> ranks = Group.threads(RANKS, TIMEOUT, group -> {
      MoeLayer layer = ofRank.apply(group, PLACEMENT.expertsOn(group.rank()));
      return RankBatch.run(layer, batch.x(group.rank()), batch.dy(group.rank()));
    });

    for (int r = 0; r < RANKS; r++) {
      assertSameBits("y of rank " + r, batch.part(expected.y(), r), ranks.get(r).y());
      assertSameBits(
          "dx of rank " + r, batch.part(expected.dx(), r), ranks.get(r).dx());
    }
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void evaluation_quantized_bitsOfOneProcess(WeightFormat format) {
    // Rows of whole blocks of every format.
    GluExperts experts = GluExperts.create(ExpertOptions.of(E, 32, 64), 5);
    MoeLayer whole = wide(QuantizedExperts.of(experts, format));
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 40, 32);

    List<double[]> ranks = Group.threads(RANKS, TIMEOUT, group -> {
      GluExperts own = (GluExperts) ExpertSelection.of(experts, PLACEMENT.expertsOn(group.rank()));
      MoeLayer layer = wide(ExpertParallel.of(group, PLACEMENT, QuantizedExperts.of(own, format)));
      try (MoePass pass = layer.forward(TokenBatch.inference(x))) {
        return values(pass.y());
      }
    });

    try (MoePass pass = whole.forward(TokenBatch.inference(x))) {
      ranks.forEach(y -> assertSameBits("y", values(pass.y()), y));
    }
  }

  private static MoeLayer wide(Experts experts) {
    return MoeLayer.of(
        GatedRouter.of(LinearGate.create(E, 32, DataType.FLOAT, 3), TopK.of(2)), experts);
  }

  @Test
  void training_sharedExpert_staysLocal() {
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    assertBitsOfOneProcess(
        withShared(whole),
        (group, here) -> withShared(RankBatch.parallel(group, PLACEMENT, whole)));
  }

  private static MoeLayer withShared(Experts experts) {
    return RankBatch.layer(experts).toBuilder(RankBatch.router(E, DataType.FLOAT), experts)
        .sharedExpert(DenseFeedForward.of(FfnExperts.create(ExpertOptions.of(1, D, 8), 4)))
        .build();
  }

  @Test
  void training_zeroAndConstantExpertsBeside_stayLocal() {
    Experts networks = RankBatch.glu(E, DataType.FLOAT);
    assertBitsOfOneProcess(
        RankBatch.layer(beside(networks)),
        (group, here) -> RankBatch.layer(beside(RankBatch.parallel(group, PLACEMENT, networks))));
  }

  private static Experts beside(Experts networks) {
    return CompositeExperts.of(
        networks,
        ZeroExperts.of(2, D, DataType.FLOAT),
        ConstantExperts.create(1, D, DataType.FLOAT, 9));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void training_twoLevels_groupsOfExpertsOnRanks(int chunks) {
    List<MoeLayer> inner = IntStream.range(0, E)
        .mapToObj(g -> RankBatch.layer(GluExperts.create(ExpertOptions.of(3, D, 8), g)))
        .toList();
    assertBitsOfOneProcess(RankBatch.layer(HierarchicalExperts.of(inner)), (group, here) -> {
      List<MoeLayer> own = Arrays.stream(here).mapToObj(inner::get).toList();
      return RankBatch.layer(
          ExpertParallel.of(group, PLACEMENT, HierarchicalExperts.of(own)).withChunks(chunks));
    });
  }

  @Test
  void moe_twoLevels_passesOfTheLocalGroups() {
    List<MoeLayer> inner = IntStream.range(0, E)
        .mapToObj(g -> RankBatch.layer(GluExperts.create(ExpertOptions.of(3, D, 8), g)))
        .toList();
    RankBatch batch = RankBatch.of(RANKS, 70, DataType.FLOAT);

    List<Integer> passes = Group.threads(RANKS, TIMEOUT, group -> {
      List<MoeLayer> own =
          Arrays.stream(PLACEMENT.expertsOn(group.rank())).mapToObj(inner::get).toList();
      MoeLayer layer =
          RankBatch.layer(ExpertParallel.of(group, PLACEMENT, HierarchicalExperts.of(own)));
      try (MoePass pass = layer.forward(TokenBatch.training(batch.x(group.rank())))) {
        assertTrue(pass.times().exchange() > 0, "exchange has its time");
        return pass.moe().size();
      }
    });

    assertEquals(List.of(1 + 2, 1 + 2, 1 + 1), passes);
  }
}
