package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A batch with the gradients of its outputs, divided among ranks.
 *
 * @param x [T,D]
 * @param dy [T,D]
 * @param start first token of each rank, and T at the end [N+1]
 */
record RankBatch(INDArray x, INDArray dy, int[] start) {
  static final int D = 24;
  static final int K = 2;

  /** A random batch; some ranks may get no tokens. */
  static RankBatch of(int ranks, int tokens, DataType type) {
    SplittableRandom random = Seeds.random(1000L * ranks + tokens);
    int[] start = new int[ranks + 1];
    for (int r = 1; r < ranks; r++) {
      start[r] = random.nextInt(tokens + 1);
    }
    start[ranks] = tokens;
    Arrays.sort(start);
    return new RankBatch(
        RandomArrays.normal(type, random, tokens, D),
        RandomArrays.normal(type, random, tokens, D),
        start);
  }

  /** The part of some ranks. */
  RankBatch ranks(int from, int to) {
    return new RankBatch(
        part(x, start[from], start[to]),
        part(dy, start[from], start[to]),
        Arrays.stream(start, from, to + 1).map(s -> s - start[from]).toArray());
  }

  /** The tokens of a rank. */
  INDArray x(int rank) {
    return part(x, start[rank], start[rank + 1]);
  }

  /** The gradients of a rank's outputs. */
  INDArray dy(int rank) {
    return part(dy, start[rank], start[rank + 1]);
  }

  private static INDArray part(INDArray rows, int from, int to) {
    return from == to
        ? Allocate.zeros(rows.dataType(), 0, D)
        : Allocate.copy(Gemm.rows(rows, from, to));
  }

  /** A rank's part of values of all tokens. */
  double[] part(double[] values, int rank) {
    return Arrays.copyOfRange(values, start[rank] * D, start[rank + 1] * D);
  }

  /** A router with the same weights on all ranks. */
  static Router router(int experts, DataType type) {
    return GatedRouter.of(LinearGate.create(experts, D, type, 3), TopK.of(K));
  }

  /** Experts with biases. */
  static GluExperts glu(int experts, DataType type) {
    return GluExperts.create(
        ExpertOptions.of(experts, D, 40).withDataType(type).withBiases(true), 5);
  }

  /** A layer with that router. */
  static MoeLayer layer(Experts experts) {
    return MoeLayer.of(router(experts.experts(), experts.dataType()), experts);
  }

  /** The experts of this rank, of those of one process. */
  static ExpertParallel parallel(Group group, Placement placement, Experts whole) {
    int[] here = placement.expertsOn(group.rank());
    return here.length == 0
        ? ExpertParallel.withoutExperts(group, placement, D, whole.dataType())
        : ExpertParallel.of(group, placement, ExpertSelection.of(whole, here));
  }

  /**
   * What a pass came to.
   *
   * @param y values
   * @param dx values
   */
  record Result(double[] y, double[] dx, Gradients gradients) {}

  /** Forward and backward of one process, or of one rank. */
  static Result run(MoeLayer layer, INDArray x, INDArray dy) {
    Gradients gradients = layer.parameters().zeroGradients();
    INDArray dx = Allocate.zeros(dy.dataType(), dy.shape());
    try (MoePass pass = layer.forward(TokenBatch.training(x))) {
      pass.backward(dy, dx, gradients);
      return new Result(values(pass.y()), values(dx), gradients);
    }
  }

  /** Compares arrays of all experts with those of some. */
  static void assertSameExperts(String name, int[] numbers, INDArray whole, INDArray local) {
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
}
