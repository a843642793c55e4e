package io.github.moe4j.parallel.net;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.parallel.DataParallel;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.Placement;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Grids, chunks and tokens once a rank, whose exchanges cross on the connections of sockets. */
class LayersOverSocketsTest {
  private static final int RANKS = 4;
  private static final Placement HALF = Placement.even(RankProgram.E, 2);

  private static SocketOptions options() {
    return SocketOptions.secret(RankProgram.SECRET);
  }

  private static INDArray part(INDArray rows, int rank) {
    return Allocate.copy(
        Gemm.rows(rows, RankProgram.start(rank, RANKS), RankProgram.start(rank + 1, RANKS)));
  }

  private static ExpertParallel row(Group row) {
    return ExpertParallel.of(
        row, HALF, ExpertSelection.of(RankProgram.experts(), HALF.expertsOn(row.rank())));
  }

  /** Forward and backward on a grid of 2 × 2; compares y and dx, and returns the reduced gradients. */
  private static Gradients train(Group group, UnaryOperator<ExpertParallel> change) {
    ExpertParallel experts = change.apply(row(group.split(group.rank() / 2)));
    MoeLayer layer = RankProgram.layer(experts);
    DataParallel parallel = DataParallel.of(group).withExperts("experts", experts);
    parallel.requireSame(layer.parameters());
    INDArray x = part(RankProgram.rows(1), group.rank());
    INDArray dy = part(RankProgram.rows(2), group.rank());
    Gradients gradients = layer.parameters().zeroGradients();
    INDArray dx = Allocate.zeros(DataType.FLOAT, x.shape());
    MoeLayer whole = RankProgram.layer(RankProgram.experts());
    INDArray expected = Allocate.zeros(DataType.FLOAT, x.shape());
    try (MoePass pass = layer.forward(TokenBatch.training(x));
        MoePass one = whole.forward(TokenBatch.training(x))) {
      pass.backward(dy, dx, gradients);
      one.backward(dy, expected, whole.parameters().zeroGradients());
      assertSameBits("y", one.y(), pass.y());
      assertSameBits("dx", expected, dx);
    }
    parallel.reduce(gradients);
    NamedArrays.Builder all = NamedArrays.builder();
    gradients.forEach(all::add);
    parallel.requireSame(all.build()); // equal on all ranks, and all replicas
    return gradients;
  }

  @Test
  void backward_gridInChunks_bitsOfOneProcessAndOfOneChunk() {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    SocketRanks.run(RANKS, options(), group -> {
      Gradients one = train(group, experts -> experts);
      Gradients chunks = train(group, experts -> experts.withChunks(3));
      one.forEach((name, array) -> assertSameBits(name, array, chunks.get(name)));
    });
  }

  @Test
  void forward_oncePerRank_sameWithThreadsAndSockets() {
    double[][] y = new double[2 * RANKS][];
    SocketRanks.run(RANKS, options(), group -> y[group.rank()] = once(group));
    Group.threads(RANKS, Duration.ofMinutes(1), group -> {
      y[RANKS + group.rank()] = once(group);
      return 0;
    });
    for (int r = 0; r < RANKS; r++) {
      assertSameBits("y of rank " + r, y[RANKS + r], y[r]);
    }
  }

  private static double[] once(Group group) {
    Experts experts = row(group.split(group.rank() / 2)).oncePerRank();
    INDArray x = part(RankProgram.rows(1), group.rank());
    try (MoePass pass = RankProgram.layer(experts).forward(TokenBatch.inference(x))) {
      return values(pass.y());
    }
  }

  @Test
  void forward_rankLeavesBetweenChunks_othersGetOneErrorThatNamesIt() {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> SocketRanks.run(2, options(), group -> {
          ExpertParallel experts = row(group).withChunks(3);
          if (group.rank() == 1) {
            group.allGather(new long[RankProgram.E + 1]);
            throw new IllegalStateException("gone");
          }
          once(RankProgram.layer(experts), part(RankProgram.rows(1), 0));
        }));

    assertTrue(failure.getMessage().contains("rank 1"), failure.getMessage());
  }

  private static void once(MoeLayer layer, INDArray x) {
    layer.forward(TokenBatch.inference(x)).close();
  }
}
