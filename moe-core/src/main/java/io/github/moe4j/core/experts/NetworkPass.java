package io.github.moe4j.core.experts;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.BlockSchedule;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.experts.RowWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of expert networks, block by block.
 *
 * <p>All hidden rows are kept if there is a backward to come. In evaluation each thread has room for
 * one block, which stays in its cache.
 */
final class NetworkPass implements ExpertsPass, ActivationTimed {
  private final ExpertNetwork network;
  private final NamedArrays parameters;
  private final BlockSchedule schedule;
  private final Arena.Scope scope;
  private final ExpertRows x;
  private final ExpertRows y;
  private final BlockTimes times = new BlockTimes();
  private final Elementwise[] elementwise;
  private final HiddenDropout.DropoutMask dropout;
  private final @Nullable HiddenActivations kept;

  /** Rows of each projection, and the hidden rows that come of them. */
  private record HiddenActivations(List<ExpertRows> projected, ExpertRows hidden) {}

  NetworkPass(
      ExpertNetwork network,
      NamedArrays parameters,
      INDArray xR,
      int[] start,
      PassMode mode,
      Arena.Scope scope) {
    PassArrays.requireInputs("the experts", parameters, xR);
    this.network = network;
    this.parameters = parameters;
    this.schedule = new BlockSchedule(start);
    this.scope = scope;
    this.x = new ExpertRows(xR);
    this.y = take(xR.size(0), network.down().out());
    this.elementwise = new Elementwise[schedule.workers()];
    Arrays.setAll(elementwise, worker -> new Elementwise());
    if (mode.isDifferentiable()) {
      HiddenActivations all = takeAll();
      this.kept = all;
      this.dropout = network.dropout().draw(all.hidden(), mode, scope);
      schedule.run(() -> schedule.forEach((worker, block) -> forward(
          worker,
          block,
          all.projected().stream().map(rows -> rows.of(block)).toList(),
          all.hidden().of(block),
          y.of(block))));
    } else {
      this.kept = null;
      this.dropout = HiddenDropout.DropoutMask.ALL;
      List<List<ExpertRows>> own = IntStream.range(0, schedule.workers())
          .mapToObj(worker -> takeProjected(schedule.mostRows()))
          .toList();
      schedule.run(() -> schedule.forEach((worker, block) -> {
        List<RowWindow> projected =
            own.get(worker).stream().map(rows -> rows.first(block.rows())).toList();
        // In evaluation nothing reads the first projection again, so hidden rows take its place.
        forward(worker, block, projected, projected.get(0), y.of(block));
      }));
    }
  }

  private ExpertRows take(long rows, int width) {
    return new ExpertRows(scope.take(x.array().dataType(), rows, width));
  }

  private List<ExpertRows> takeProjected(long rows) {
    return network.projections().stream().map(p -> take(rows, p.out())).toList();
  }

  private HiddenActivations takeAll() {
    long rows = x.array().size(0);
    return new HiddenActivations(takeProjected(rows), take(rows, network.down().in()));
  }

  private void forward(
      int worker, RowBlock block, List<RowWindow> projected, RowWindow hidden, RowWindow result) {
    long start = System.nanoTime();
    project(block, projected);
    long multiplied = System.nanoTime();
    activate(worker, projected, hidden);
    dropout.scale(block, hidden, elementwise[worker]);
    long changed = System.nanoTime();
    network.down().forward(block.expert(), hidden, result);
    times.add(start, multiplied, changed);
  }

  private void project(RowBlock block, List<RowWindow> projected) {
    for (int p = 0; p < projected.size(); p++) {
      network.projections().get(p).forward(block.expert(), x.of(block), projected.get(p));
    }
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

  private static List<Rows> rows(List<RowWindow> windows) {
    return windows.stream().map(RowWindow::rows).toList();
  }

  @Override
  public INDArray y() {
    return y.array();
  }

  @Override
  public double activationShare() {
    return times.elementwiseShare();
  }

  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    HiddenActivations all = kept;
    if (all == null) {
      throw new IllegalStateException(
          "backward of the experts came after an evaluation, which keeps nothing for it");
    }
    PassArrays.requireBackward("the experts", parameters, x.array(), dyR, dxR, into);
    ExpertRows dy = new ExpertRows(dyR);
    ExpertRows dx = new ExpertRows(dxR);
    List<ExpertRows> dProjected = takeProjected(dyR.size(0));
    schedule.run(() -> {
      schedule.forEach((worker, block) -> pullBack(worker, block, all, dy, dProjected, dx));
      List<Runnable> parts = new ArrayList<>();
      network.down().addWeightGradients(schedule.experts(), dy, all.hidden(), into, "down", parts);
      for (int p = 0; p < dProjected.size(); p++) {
        String name = network.names().get(p);
        GroupedLinear projection = network.projections().get(p);
        projection.addWeightGradients(schedule.experts(), dProjected.get(p), x, into, name, parts);
      }
      schedule.each(parts.stream().map(times::timed).toList());
    });
  }

  private void pullBack(
      int worker,
      RowBlock block,
      HiddenActivations all,
      ExpertRows dy,
      List<ExpertRows> dProjected,
      ExpertRows dx) {
    long start = System.nanoTime();
    // The gradient of the hidden rows becomes that of the last projection, in place.
    RowWindow dHidden = dProjected.get(dProjected.size() - 1).of(block);
    network.down().backward(block.expert(), dy.of(block), 0, dHidden);
    long multiplied = System.nanoTime();
    dropout.scale(block, dHidden, elementwise[worker]);
    activateBackward(worker, block, all.projected(), dHidden, dProjected);
    long changed = System.nanoTime();
    for (int p = 0; p < dProjected.size(); p++) {
      network
          .projections()
          .get(p)
          .backward(block.expert(), dProjected.get(p).of(block), 1, dx.of(block));
    }
    times.add(start, multiplied, changed);
  }

  private void activateBackward(
      int worker,
      RowBlock block,
      List<ExpertRows> projected,
      RowWindow dHidden,
      List<ExpertRows> target) {
    HiddenFunction function = network.function();
    List<RowWindow> in =
        new ArrayList<>(projected.stream().map(r -> r.of(block)).toList());
    in.add(dHidden);
    int last = projected.size();
    elementwise[worker].apply(
        block.from(),
        block.to(),
        rows(in),
        rows(target.stream().map(r -> r.of(block)).toList()),
        (double[][] values, double[][] out) -> function.gradients(values, values[last], out),
        (float[][] values, float[][] out) -> function.gradients(values, values[last], out));
  }
}
