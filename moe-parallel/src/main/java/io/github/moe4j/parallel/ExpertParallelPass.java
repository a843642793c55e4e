package io.github.moe4j.parallel;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExchangeTimed;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One pass of experts in parallel, in chunks of whole experts; its backward sends gradients the same ways. */
final class ExpertParallelPass
    implements ExpertsPass, MoePasses, ActivationTimed, ExchangeTimed, ExpertsInMemory {
  private final ExpertParallel experts;
  private final INDArray xR;
  private final PassMode mode;
  private final List<RowRoutes> chunks;
  private final Arena.Scope scope;
  private final ExpertsPass[] runs;
  private final INDArray y;
  private long exchangeNanos;

  /**
   * Runs the pass.
   *
   * @param xR rows of this rank [R,D]
   * @param chunks routes of the experts of each chunk
   * @param waitNanos time until all ranks had told their counts
   */
  ExpertParallelPass(
      ExpertParallel experts,
      INDArray xR,
      PassMode mode,
      List<RowRoutes> chunks,
      long waitNanos,
      Arena.Scope scope) {
    this.experts = experts;
    this.xR = xR;
    this.mode = mode;
    this.chunks = chunks;
    this.scope = scope;
    this.exchangeNanos = waitNanos;
    this.runs = new ExpertsPass[chunks.size()];
    this.y = scope.take(xR.dataType(), xR.shape());
    exchange(xR, y, (c, rows) -> {
      runs[c] = experts.runLocal(rows, chunks.get(c).expertStart(), mode, scope);
      return runs[c].y();
    });
  }

  /** What the local experts do with the rows of a chunk. */
  @FunctionalInterface
  private interface Work {
    /** The results [rows,D] of rows of all ranks. */
    INDArray of(int chunk, INDArray rows);
  }

  /** Sends rows to their experts, and the results back into an array like that of the rows. */
  private void exchange(INDArray own, INDArray into, Work work) {
    List<RowExchange> exchanges =
        chunks.stream().map(routes -> experts.exchange(routes, scope)).toList();
    INDArray[] results = new INDArray[chunks.size()];
    exchangeNanos += new ChunkPipeline(
            chunks.size(),
            c -> exchanges.get(c).dispatch(own),
            c -> results[c] = work.of(c, exchanges.get(c).rows()),
            c -> exchanges.get(c).combine(results[c], into))
        .run("moe4j exchange of " + experts.group());
  }

  @Override
  public INDArray y() {
    return y;
  }

  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    if (!mode.isDifferentiable()) { // before any exchange
      throw new IllegalStateException("backward of experts in parallel came after an evaluation");
    }
    PassArrays.requireBackward("the experts", experts.parameters(), xR, dyR, dxR, into);
    INDArray own = scope.take(dxR.dataType(), dxR.shape());
    exchange(dyR, own, (c, dy) -> {
      INDArray dx = scope.takeZeros(dy.dataType(), dy.shape());
      runs[c].backward(dy, dx, into);
      return dx;
    });
    if (!own.isEmpty()) {
      dxR.addi(own);
    }
  }

  @Override
  public List<MoePass> moe() {
    return Arrays.stream(runs).flatMap(run -> MoePasses.in(run).stream()).toList();
  }

  @Override
  public long exchangeNanos() {
    return exchangeNanos;
  }

  /** That of the chunks, by their rows. */
  @Override
  public double activationShare() {
    double share = 0;
    long rows = 0;
    for (ExpertsPass run : runs) {
      long count = run.y().size(0);
      share += count * ActivationTimed.shareOf(run);
      rows += count;
    }
    return rows == 0 ? 0 : share / rows;
  }

  @Override
  public int hits() {
    return Arrays.stream(runs).mapToInt(ExpertsInMemory::hitsOf).sum();
  }

  @Override
  public int misses() {
    return Arrays.stream(runs).mapToInt(ExpertsInMemory::missesOf).sum();
  }
}
