package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.experts.BlockSchedule;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenSpans;
import io.github.moe4j.core.internal.experts.KernelBlocks;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.Arrays;

/**
 * A forward pass with weights from where they are stored, block by block.
 *
 * @param network the weights
 * @param x the rows [R,D]
 * @param y their outputs [R,D]
 * @param times of the pass
 */
record StreamedPass(StoredNetwork network, ExpertRows x, ExpertRows y, BlockTimes times) {
  void run(int[] start, Arena.Scope scope) {
    BlockSchedule schedule = new BlockSchedule(start);
    Kernels.chosen()
        .ifPresentOrElse(
            kernels -> byKernels(ElementKernel.floats(kernels), schedule),
            () -> byBlas(schedule, scope));
  }

  private void byKernels(ElementKernel<float[]> element, BlockSchedule schedule) {
    HiddenSpans<float[]> hidden = HiddenSpans.floats(network.function());
    KernelBlocks<float[]> blocks =
        new KernelBlocks<>(element, network, hidden, x, y, null, DropoutMask.ALL, times);
    schedule.run(() -> schedule.forEach(blocks::forward));
  }

  private void byBlas(BlockSchedule schedule, Arena.Scope scope) {
    StoredBlasBlocks[] workers = new StoredBlasBlocks[schedule.workers()];
    if (schedule.mostRows() > 0) {
      Arrays.setAll(
          workers,
          worker -> new StoredBlasBlocks(network, x, y, times, schedule.mostRows(), scope));
    }
    schedule.run(() -> schedule.forEach((worker, block) -> workers[worker].forward(block)));
  }
}
