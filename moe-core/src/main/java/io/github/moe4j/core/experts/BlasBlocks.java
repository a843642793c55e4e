package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.NetworkBlocks;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.experts.RowWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Blocks by products of BLAS, one on all rows of a block at a time.
 *
 * @param network the networks
 * @param x the rows [R,D]
 * @param y their outputs [R,D]
 * @param kept rows of all blocks; null in evaluation
 * @param own rows of each projection for one block, by worker; used in evaluation alone
 * @param dropout of the hidden rows
 * @param elementwise by worker
 * @param times of the pass
 */
record BlasBlocks(
    ExpertNetwork network,
    ExpertRows x,
    ExpertRows y,
    @Nullable HiddenActivations kept,
    List<List<ExpertRows>> own,
    DropoutMask dropout,
    Elementwise[] elementwise,
    BlockTimes times)
    implements NetworkBlocks {

  @Override
  public void forward(int worker, RowBlock block) {
    HiddenActivations all = kept;
    if (all != null) {
      List<RowWindow> projected = windows(all.projected(), block);
      forward(worker, block, projected, all.hidden().of(block));
    } else {
      List<RowWindow> projected =
          own.get(worker).stream().map(rows -> rows.first(block.rows())).toList();
      // In evaluation nothing reads the first projection again, so hidden rows take its place.
      forward(worker, block, projected, projected.get(0));
    }
  }

  private void forward(int worker, RowBlock block, List<RowWindow> projected, RowWindow hidden) {
    long start = System.nanoTime();
    for (int p = 0; p < projected.size(); p++) {
      network.projections().get(p).forward(block.expert(), x.of(block), projected.get(p));
    }
    long multiplied = System.nanoTime();
    activate(worker, projected, hidden);
    dropout.scale(block, hidden, elementwise[worker]);
    long changed = System.nanoTime();
    network.down().forward(block.expert(), hidden, y.of(block));
    times.add(start, multiplied, changed);
  }

  private void activate(int worker, List<RowWindow> projected, RowWindow hidden) {
    HiddenFunction function = network.function();
    elementwise[worker].apply(
        hidden.from(),
        hidden.to(),
        rows(projected),
        List.of(hidden.rows()),
        (double[][] in, double[][] out) -> function.values(in, out[0]),
        (float[][] in, float[][] out) -> function.values(in, out[0]));
  }

  private static List<RowWindow> windows(List<ExpertRows> all, RowBlock block) {
    return all.stream().map(rows -> rows.of(block)).toList();
  }

  private static List<Rows> rows(List<RowWindow> windows) {
    return windows.stream().map(RowWindow::rows).toList();
  }

  @Override
  public void backward(
      int worker, RowBlock block, ExpertRows dy, List<ExpertRows> dProjected, ExpertRows dx) {
    long start = System.nanoTime();
    // The gradient of the hidden rows becomes that of the last projection, in place.
    RowWindow dHidden = dProjected.get(dProjected.size() - 1).of(block);
    network.down().backward(block.expert(), dy.of(block), 0, dHidden);
    long multiplied = System.nanoTime();
    dropout.scale(block, dHidden, elementwise[worker]);
    activateBackward(worker, block, dHidden, dProjected);
    long changed = System.nanoTime();
    for (int p = 0; p < dProjected.size(); p++) {
      GroupedLinear projection = network.projections().get(p);
      projection.backward(block.expert(), dProjected.get(p).of(block), 1, dx.of(block));
    }
    times.add(start, multiplied, changed);
  }

  private void activateBackward(
      int worker, RowBlock block, RowWindow dHidden, List<ExpertRows> target) {
    HiddenFunction function = network.function();
    List<RowWindow> in = new ArrayList<>(windows(Objects.requireNonNull(kept).projected(), block));
    in.add(dHidden);
    int last = target.size();
    elementwise[worker].apply(
        block.from(),
        block.to(),
        rows(in),
        rows(windows(target, block)),
        (double[][] values, double[][] out) -> function.gradients(values, values[last], out),
        (float[][] values, float[][] out) -> function.gradients(values, values[last], out));
  }
}
