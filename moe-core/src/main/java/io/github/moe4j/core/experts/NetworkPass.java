package io.github.moe4j.core.experts;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.experts.BlockSchedule;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenSpans;
import io.github.moe4j.core.internal.experts.KernelBlocks;
import io.github.moe4j.core.internal.experts.NetworkBlocks;
import io.github.moe4j.core.internal.experts.NetworkBlocks.HiddenActivations;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
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
  private final @Nullable HiddenActivations kept;
  private final NetworkBlocks blocks;

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
    this.kept = mode.isDifferentiable() ? takeAll() : null;
    DropoutMask dropout =
        kept == null ? DropoutMask.ALL : network.dropout().draw(kept.hidden(), mode, scope);
    this.blocks = Kernels.chosen()
        .map(kernels -> kernelBlocks(kernels, dropout))
        .orElseGet(() -> blasBlocks(dropout));
    schedule.run(() -> schedule.forEach(blocks::forward));
  }

  private NetworkBlocks kernelBlocks(Kernels kernels, DropoutMask dropout) {
    if (x.array().dataType() == DataType.FLOAT) {
      ElementKernel<float[]> element = ElementKernel.floats(kernels);
      HiddenSpans<float[]> hidden = HiddenSpans.floats(network.function());
      LiveWeights<float[]> weights = new LiveWeights<>(element, network);
      return new KernelBlocks<>(element, weights, hidden, x, y, kept, dropout, times);
    }
    ElementKernel<double[]> element = ElementKernel.doubles(kernels);
    HiddenSpans<double[]> hidden = HiddenSpans.doubles(network.function());
    LiveWeights<double[]> weights = new LiveWeights<>(element, network);
    return new KernelBlocks<>(element, weights, hidden, x, y, kept, dropout, times);
  }

  private NetworkBlocks blasBlocks(DropoutMask dropout) {
    List<List<ExpertRows>> own = IntStream.range(0, kept == null ? schedule.workers() : 0)
        .mapToObj(worker -> takeProjected(schedule.mostRows()))
        .toList();
    Elementwise[] elementwise = new Elementwise[schedule.workers()];
    Arrays.setAll(elementwise, worker -> new Elementwise());
    return new BlasBlocks(network, x, y, kept, own, dropout, elementwise, times);
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
      schedule.forEach((worker, block) -> blocks.backward(worker, block, dy, dProjected, dx));
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
}
