package io.github.moe4j.core.lora;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.BlockSchedule;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.experts.RowWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One pass of adapted networks, block by block; each thread unpacks one weight at a time. */
final class LoraPass implements ExpertsPass {
  private final LoraNetwork network;
  private final NamedArrays parameters;
  private final NamedArrays frozen;
  private final boolean differentiable;
  private final BlockSchedule schedule;
  private final Arena.Scope scope;
  private final ExpertRows x;
  private final ExpertRows hidden;
  private final DropoutMask hiddenMask;
  private final List<LoraLinearPass> projections = new ArrayList<>();
  private final LoraLinearPass down;
  private final INDArray[] rooms;
  private final Elementwise[] elementwise;

  LoraPass(
      LoraNetwork network,
      NamedArrays parameters,
      NamedArrays frozen,
      INDArray xR,
      int[] start,
      PassMode mode,
      Arena.Scope scope) {
    this.network = network;
    this.parameters = parameters;
    this.frozen = frozen;
    this.differentiable = mode.isDifferentiable();
    this.schedule = new BlockSchedule(start);
    this.scope = scope;
    this.x = new ExpertRows(xR);
    // Drawn first, so that without dropout of adapters' inputs it is that of the networks.
    this.hiddenMask =
        draw(network.hiddenDropout(), "expert dropout", network.down().base().in(), mode);
    for (LoraLinear linear : network.projections()) {
      projections.add(new LoraLinearPass(linear, x, mask(linear, mode), scope));
    }
    this.hidden = take(network.down().base().in());
    this.down = new LoraLinearPass(network.down(), hidden, mask(network.down(), mode), scope);
    this.rooms = new INDArray[schedule.workers()];
    Arrays.setAll(rooms, worker -> scope.take(network.type(), network.weightLength()));
    this.elementwise = new Elementwise[schedule.workers()];
    Arrays.setAll(elementwise, worker -> new Elementwise());
    schedule.run(() -> schedule.forEach(this::forward));
  }

  private DropoutMask mask(LoraLinear linear, PassMode mode) {
    return linear.pair() == null
        ? DropoutMask.ALL
        : draw(network.dropout(), "adapter dropout", linear.base().in(), mode);
  }

  private DropoutMask draw(double rate, String user, int width, PassMode mode) {
    return rate == 0 || !mode.isTraining()
        ? DropoutMask.ALL
        : DropoutMask.draw(rate, mode.requireGenerator(user), take(width).array());
  }

  private ExpertRows take(int width) {
    return new ExpertRows(scope.take(network.type(), x.array().size(0), width));
  }

  private void forward(int worker, RowBlock block) {
    projections.forEach(p -> p.forward(block, rooms[worker], elementwise[worker]));
    HiddenFunction function = network.function();
    List<Rows> projected =
        projections.stream().map(p -> p.output().of(block).rows()).toList();
    elementwise[worker].apply(
        block.from(),
        block.to(),
        projected,
        List.of(hidden.of(block).rows()),
        (double[][] in, double[][] out) -> function.values(in, out[0]),
        (float[][] in, float[][] out) -> function.values(in, out[0]));
    hiddenMask.scale(block, hidden.of(block), elementwise[worker]);
    down.forward(block, rooms[worker], elementwise[worker]);
  }

  @Override
  public INDArray y() {
    return down.output().array();
  }

  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    if (!differentiable) {
      throw new IllegalStateException(
          "backward of the experts came after an evaluation, which keeps nothing for it");
    }
    PassArrays.requireBackward("the experts", parameters, x.array(), dyR, dxR, into);
    frozen.requireUsable("the experts");
    ExpertRows dy = new ExpertRows(dyR);
    ExpertRows dx = new ExpertRows(dxR);
    List<ExpertRows> dProjected =
        network.projections().stream().map(p -> take(p.base().out())).toList();
    schedule.run(() -> {
      schedule.forEach((worker, block) -> backward(worker, block, dy, dProjected, dx));
      List<Runnable> parts = new ArrayList<>();
      down.addGradients(schedule.experts(), dy, into, parts);
      for (int p = 0; p < dProjected.size(); p++) {
        projections.get(p).addGradients(schedule.experts(), dProjected.get(p), into, parts);
      }
      schedule.each(parts);
    });
  }

  private void backward(
      int worker, RowBlock block, ExpertRows dy, List<ExpertRows> dProjected, ExpertRows dx) {
    // The gradient of the hidden rows becomes that of the last projection, in place.
    int last = dProjected.size() - 1;
    down.backward(block, dy, 0, dProjected.get(last), rooms[worker], elementwise[worker]);
    hiddenMask.scale(block, dProjected.get(last).of(block), elementwise[worker]);
    HiddenFunction function = network.function();
    List<Rows> in = new ArrayList<>();
    projections.forEach(p -> in.add(p.output().of(block).rows()));
    in.add(dProjected.get(last).of(block).rows());
    elementwise[worker].apply(
        block.from(),
        block.to(),
        in,
        dProjected.stream().map(rows -> rows.of(block)).map(RowWindow::rows).toList(),
        (double[][] values, double[][] out) -> function.gradients(values, values[last + 1], out),
        (float[][] values, float[][] out) -> function.gradients(values, values[last + 1], out));
    for (int p = 0; p <= last; p++) {
      projections
          .get(p)
          .backward(block, dProjected.get(p), 1, dx, rooms[worker], elementwise[worker]);
    }
  }
}
