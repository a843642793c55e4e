package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.kernel.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocks by the kernels.
 *
 * @param element the kernel
 * @param network the weights
 * @param hidden from projections to hidden values
 * @param x the rows [R,D]
 * @param y their outputs [R,D]
 * @param kept rows of all blocks; null in evaluation
 * @param dropout of the hidden rows
 * @param times of the pass
 * @param <A> {@code float[]} or {@code double[]}
 */
public record KernelBlocks<A>(
    ElementKernel<A> element,
    NetworkWeights<A> network,
    HiddenSpans<A> hidden,
    ExpertRows x,
    ExpertRows y,
    @Nullable HiddenActivations kept,
    DropoutMask dropout,
    BlockTimes times)
    implements NetworkBlocks {

  @Override
  public void forward(int worker, RowBlock block) {
    element.rooms().with(room -> {
      long start = System.nanoTime();
      long elementwise = new KernelForward<>(this, room, block).run();
      times.add(System.nanoTime() - start - elementwise, elementwise);
    });
  }

  @Override
  public void backward(
      int worker, RowBlock block, ExpertRows dy, List<ExpertRows> dProjected, ExpertRows dx) {
    element.rooms().with(room -> {
      long start = System.nanoTime();
      long elementwise = new KernelBackward<>(this, room, block).run(dy, dProjected, dx);
      times.add(System.nanoTime() - start - elementwise, elementwise);
    });
  }

  Window<A> window(ExpertRows rows, RowBlock block) {
    return element.open().apply(rows.of(block).matrix());
  }
}
