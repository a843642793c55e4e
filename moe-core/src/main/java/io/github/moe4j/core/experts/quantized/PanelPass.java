package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.experts.BlockSchedule;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenSpans;
import io.github.moe4j.core.internal.experts.KernelBlocks;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One forward pass of networks whose weights lie in panels, block by block. */
final class PanelPass implements ExpertsPass, ActivationTimed {
  private final ExpertRows y;
  private final BlockTimes times = new BlockTimes();

  PanelPass(
      ElementKernel<float[]> element,
      PanelNetwork network,
      INDArray xR,
      int[] start,
      Arena.Scope scope) {
    this.y = new ExpertRows(scope.take(DataType.FLOAT, xR.size(0), network.modelWidth()));
    HiddenSpans<float[]> hidden = HiddenSpans.floats(network.function());
    ExpertRows x = new ExpertRows(xR);
    BlockSchedule schedule = new BlockSchedule(start);
    KernelBlocks<float[]> blocks =
        new KernelBlocks<>(element, network, hidden, x, y, null, DropoutMask.ALL, times);
    schedule.run(() -> schedule.forEach(blocks::forward));
  }

  @Override
  public INDArray y() {
    return y.array();
  }

  @Override
  public double activationShare() {
    return times.elementwiseShare();
  }

  /** Rejected: the weights are a copy. */
  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    throw new UnsupportedOperationException(
        "quantized experts are for evaluation only and have no backward pass");
  }
}
