package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.kernel.Segments;
import io.github.moe4j.core.internal.kernel.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Blocks by the kernels: {@value io.github.moe4j.core.internal.kernel.Kernel#SEGMENT} hidden values of all
 * rows of a block are projected, activated and become part of the left factor of the next product, while
 * they are in the nearest caches.
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
    NetworkPanels<A> network,
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
      BlockProducts<A> products = new BlockProducts<>(element, room, block.rows());
      Segments<A> hiddenRows = products.left(1, network.hiddenWidth());
      long activated = project(products, block, hiddenRows);
      hiddenRows.clearRest(element.kernel(), block.rows());
      WeightPanels<A> down = network.down(block.expert());
      Window<A> outputs = window(y, block);
      for (int first = 0; first < down.out(); first += SEGMENT) {
        int columns = Math.min(SEGMENT, down.out() - first);
        A sum = products.sum(0);
        down.bias(products, first, columns, sum);
        down.forward(products, hiddenRows, first, columns, sum);
        products.write(sum, 0, outputs, first, columns);
      }
      times.add(System.nanoTime() - start - activated, activated);
    });
  }

  /** Computes the hidden rows; returns the time between products. */
  private long project(BlockProducts<A> products, RowBlock block, Segments<A> hiddenRows) {
    Segments<A> rows = products.load(0, window(x, block), network.modelWidth());
    List<WeightPanels<A>> weights = new ArrayList<>();
    for (int p = 0; p < network.projections(); p++) {
      weights.add(network.projection(p, block.expert()));
    }
    long elementwise = 0;
    for (int first = 0; first < network.hiddenWidth(); first += SEGMENT) {
      int columns = Math.min(SEGMENT, network.hiddenWidth() - first);
      List<A> projected = new ArrayList<>();
      for (int p = 0; p < weights.size(); p++) {
        A sum = products.sum(p);
        weights.get(p).bias(products, first, columns, sum);
        weights.get(p).forward(products, rows, first, columns, sum);
        projected.add(sum);
      }
      long multiplied = System.nanoTime();
      activate(products, block, projected, hiddenRows, first, columns);
      elementwise += System.nanoTime() - multiplied;
    }
    return elementwise;
  }

  private void activate(
      BlockProducts<A> products,
      RowBlock block,
      List<A> projected,
      Segments<A> hiddenRows,
      int first,
      int columns) {
    int at = hiddenRows.at(0, first);
    hidden.values(products, projected, columns, hiddenRows.array(), at);
    if (dropout.ones() != null) {
      products.scale(
          hiddenRows.array(), at, window(dropout.ones(), block), first, columns, dropout);
    }
    if (kept != null) {
      for (int p = 0; p < projected.size(); p++) {
        products.write(projected.get(p), 0, window(kept.projected().get(p), block), first, columns);
      }
      products.write(hiddenRows.array(), at, window(kept.hidden(), block), first, columns);
    }
  }

  @Override
  public void backward(
      int worker, RowBlock block, ExpertRows dy, List<ExpertRows> dProjected, ExpertRows dx) {
    element.rooms().with(room -> {
      long start = System.nanoTime();
      BlockProducts<A> products = new BlockProducts<>(element, room, block.rows());
      List<Segments<A>> gradients = new ArrayList<>();
      for (int p = 0; p < dProjected.size(); p++) {
        gradients.add(products.left(1 + p, network.hiddenWidth()));
      }
      long activated = activateBackward(products, block, dy, dProjected, gradients);
      Window<A> inputs = window(dx, block);
      int width = network.modelWidth();
      for (int first = 0; first < width; first += SEGMENT) {
        int columns = Math.min(SEGMENT, width - first);
        A sum = products.sum(0);
        products.read(inputs, first, columns, sum);
        for (int p = 0; p < gradients.size(); p++) {
          WeightPanels<A> weights = network.projection(p, block.expert());
          weights.backward(products, gradients.get(p), first, columns, sum);
        }
        products.write(sum, 0, inputs, first, columns);
      }
      times.add(System.nanoTime() - start - activated, activated);
    });
  }

  /** Computes the gradients of the projections; returns the time between products. */
  private long activateBackward(
      BlockProducts<A> products,
      RowBlock block,
      ExpertRows dy,
      List<ExpertRows> dProjected,
      List<Segments<A>> gradients) {
    HiddenActivations all = Objects.requireNonNull(kept);
    Segments<A> rows = products.load(0, window(dy, block), network.modelWidth());
    WeightPanels<A> down = network.down(block.expert());
    int last = gradients.size();
    long elementwise = 0;
    for (int first = 0; first < network.hiddenWidth(); first += SEGMENT) {
      int columns = Math.min(SEGMENT, network.hiddenWidth() - first);
      A dHidden = products.sum(last);
      products.clear(dHidden);
      down.backward(products, rows, first, columns, dHidden);
      long multiplied = System.nanoTime();
      if (dropout.ones() != null) {
        products.scale(dHidden, 0, window(dropout.ones(), block), first, columns, dropout);
      }
      List<A> projected = new ArrayList<>();
      for (int p = 0; p < last; p++) {
        A values = products.sum(p);
        products.read(window(all.projected().get(p), block), first, columns, values);
        projected.add(values);
      }
      hidden.gradients(products, projected, dHidden, columns, gradients, first);
      for (int p = 0; p < last; p++) {
        Segments<A> gradient = gradients.get(p);
        int at = gradient.at(0, first);
        products.write(gradient.array(), at, window(dProjected.get(p), block), first, columns);
      }
      elementwise += System.nanoTime() - multiplied;
    }
    gradients.forEach(gradient -> gradient.clearRest(element.kernel(), block.rows()));
    return elementwise;
  }

  private Window<A> window(ExpertRows rows, RowBlock block) {
    return element.open().apply(rows.of(block).matrix());
  }
}
