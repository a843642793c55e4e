package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.NormalizedInput;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.parallel.RankBatch.Result;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What experts share with each other, or with their replicas. */
@ExtendWith(Seeds.class)
class SharedPartsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int E = 4;

  private static RmsNorm norm() {
    return RmsNorm.create(RankBatch.D, 1e-6, DataType.DOUBLE);
  }

  /** A norm around experts, as in Gemma 4, is replicated; a rank without experts has it too. */
  @Test
  void reduce_normAroundExperts_summedOverRanks() {
    RankBatch batch = RankBatch.of(3, 50, DataType.DOUBLE);
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    Placement placement =
        Placement.of(3, new int[] {0}, new int[] {2}, new int[] {2}, new int[] {0});
    MoeLayer one = RankBatch.layer(NormalizedInput.of(norm(), whole));
    double[] expected = new double[RankBatch.D];
    for (int r = 0; r < 3; r++) {
      Result part = RankBatch.run(one, batch.x(r), batch.dy(r));
      double[] own = values(part.gradients().get("experts.norm.weight"));
      Arrays.setAll(expected, i -> expected[i] + own[i]);
    }

    Group.threads(3, TIMEOUT, group -> {
      ExpertParallel experts = RankBatch.parallel(group, placement, whole);
      MoeLayer layer = RankBatch.layer(NormalizedInput.of(norm(), experts));
      DataParallel parallel = DataParallel.of(group).withExperts("experts", experts);
      parallel.requireSame(layer.parameters());
      Gradients own =
          RankBatch.run(layer, batch.x(group.rank()), batch.dy(group.rank())).gradients();
      parallel.reduce(own);

      assertArrayEquals(expected, values(own.get("experts.norm.weight")), 1e-12);
      double norm = parallel.globalNorm(own);
      assertTrue(norm > 0 && Double.isFinite(norm));
      return 0;
    });
  }

  /** The norm of local experts would be trained on their rows alone. */
  @Test
  void withExperts_localExpertsWithNorm_refusedOnAllRanks() {
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    Placement first = Placement.of(2, new int[] {0}, new int[] {0}, new int[] {0}, new int[] {0});
    List<String> messages = Group.threads(2, TIMEOUT, group -> {
      ExpertParallel experts = group.rank() == 0
          ? ExpertParallel.of(group, first, NormalizedInput.of(norm(), whole))
          : ExpertParallel.withoutExperts(group, first, RankBatch.D, DataType.DOUBLE);
      return assertThrows(
              IllegalArgumentException.class,
              () -> DataParallel.of(group).withExperts("experts", experts))
          .getMessage();
    });
    String rule =
        "the first axis of all parameters of experts must be that of the experts of a rank but is not";
    assertEquals(List.of(rule + " on rank 0: [norm.weight]", rule + " on rank 0"), messages);
  }

  @Test
  void withExperts_pathsInEachOther_refused() {
    Group group = Group.single();
    ExpertParallel experts =
        RankBatch.parallel(group, Placement.even(E, 1), RankBatch.glu(E, DataType.DOUBLE));
    DataParallel one = DataParallel.of(group, "a.experts");
    for (String path : List.of("a.experts", "a", "a.experts.up")) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> one.withExperts(path, experts));
      assertEquals(
          "paths of parts must not lie in each other but were a.experts and " + path,
          error.getMessage());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> DataParallel.of(group).withExperts("a", experts).withExperts("a.b", experts));
    assertThrows(IllegalArgumentException.class, () -> DataParallel.of(group, "a", "a.b"));
    one.withExperts("a.experts2", experts);
  }

  @Test
  void requireSame_viewsOfOtherBuffers_onlyTheirValuesCount() {
    Group.threads(2, TIMEOUT, group -> {
      INDArray buffer = Nd4j.createFromArray(new double[][] {{1, 2, 3}, {4, 5, group.rank()}});
      INDArray view = Gemm.rows(buffer, 0, 1);
      NamedArrays parameters = NamedArrays.builder().add("view", view).build();
      DataParallel parallel = DataParallel.of(group);
      parallel.requireSame(parameters);
      view.putScalar(0, 2, 3.0 + group.rank());
      assertThrows(IllegalArgumentException.class, () -> parallel.requireSame(parameters));
      return 0;
    });
  }

  /** Rank 1's tokens reach no expert 0, whose replica there must be updated all the same. */
  @Test
  void rowsPerExpert_replicaWithoutRows_staysEqual() {
    Experts whole = RankBatch.glu(E, DataType.DOUBLE);
    Placement everywhere = Placement.of(
        2, IntStream.range(0, E).mapToObj(e -> new int[] {0, 1}).toArray(int[][]::new));
    Group.threads(2, TIMEOUT, group -> {
      ExpertParallel experts = RankBatch.parallel(group, everywhere, whole);
      NamedArrays parameters =
          NamedArrays.builder().addAll("experts", experts.parameters()).build();
      DataParallel parallel = DataParallel.of(group).withExperts("experts", experts);
      Optimizer optimizer = Optimizer.builder(parameters)
          .rest(AdamW.of(0.1), step -> 0.01)
          .perExpert("experts")
          .build();
      Gradients gradients = parameters.zeroGradients();
      int[] counts = group.rank() == 0 ? new int[] {3, 1, 0, 0} : new int[] {0, 2, 5, 0};
      gradients.forEach((name, array) -> array.slice(0).addi(group.rank() == 0 ? 1 : 0));
      parallel.reduce(gradients);
      double[] before = values(Allocate.copy(parameters.get("experts.up.weight")));

      int[] rows = parallel.rowsPerExpert("experts", counts);
      optimizer.step(gradients, Map.of("experts", rows));

      assertArrayEquals(new int[] {3, 3, 5, 0}, rows);
      parallel.requireSame(parameters);
      double[] after = values(parameters.get("experts.up.weight"));
      int each = after.length / E;
      assertSameBits(
          "without rows",
          Arrays.copyOfRange(before, 3 * each, 4 * each),
          Arrays.copyOfRange(after, 3 * each, 4 * each));
      assertTrue(before[0] != after[0]);
      assertThrows(IllegalArgumentException.class, () -> parallel.rowsPerExpert("other", counts));
      assertThrows(
          IllegalArgumentException.class, () -> parallel.rowsPerExpert("experts", new int[3]));
      return 0;
    });
  }
}
