package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import io.github.moe4j.core.internal.experts.NetworkBlocks.HiddenActivations;
import io.github.moe4j.core.internal.kernel.Kernel;
import io.github.moe4j.core.internal.kernel.PanelLoader;
import io.github.moe4j.core.internal.kernel.Room;
import io.github.moe4j.core.internal.kernel.Segments;
import io.github.moe4j.core.internal.kernel.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The backward of one block to its inputs: {@code dx = dp·W} with the weights of projections, {@code dp} from
 * {@code dy·W} with those of outputs. Rows of weights lie as rows of panels do. {@value
 * io.github.moe4j.core.internal.kernel.Kernel#SEGMENT} hidden values of all tokens at a time are added to the
 * result, while they are in the caches.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class KernelBackward<A> {
  private final KernelBlocks<A> pass;
  private final Kernel<A> kernel;
  private final Room<A> room;
  private final RowBlock block;
  private final BlockProducts<A> products;

  KernelBackward(KernelBlocks<A> pass, Room<A> room, RowBlock block) {
    this.pass = pass;
    this.kernel = pass.element().kernel();
    this.room = room;
    this.block = block;
    this.products = new BlockProducts<>(pass.element(), room, block.rows());
  }

  /** Pulls the gradient of the block back, as {@link NetworkBlocks#backward}; returns the time between products. */
  long run(ExpertRows dy, List<ExpertRows> dProjected, ExpertRows dx) {
    NetworkWeights<A> network = pass.network();
    Segments<A> outputs = products.load(0, pass.window(dy, block), network.modelWidth());
    Window<A> inputs = pass.window(dx, block);
    int stride = kernel.padded(network.modelWidth());
    A sum = products.wide(network.modelWidth());
    for (int r = 0; r < block.rows(); r++) {
      inputs.read(r, 0, network.modelWidth(), sum, r * stride);
    }
    ExpertWeight<A> down = network.down(block.expert());
    long elementwise = 0;
    for (int first = 0; first < network.hiddenWidth(); first += SEGMENT) {
      int columns = Math.min(SEGMENT, network.hiddenWidth() - first);
      A dHidden = products.sum(dProjected.size());
      products.clear(dHidden);
      addProduct(outputs, down, 0, first, columns, dHidden, 0, SEGMENT);
      long multiplied = System.nanoTime();
      List<Segments<A>> gradients = activate(dHidden, first, columns, dProjected);
      elementwise += System.nanoTime() - multiplied;
      for (int p = 0; p < gradients.size(); p++) {
        ExpertWeight<A> weight = network.projection(p, block.expert());
        for (int j = 0; j < network.modelWidth(); j += SEGMENT) {
          int count = Math.min(SEGMENT, network.modelWidth() - j);
          addProduct(gradients.get(p), weight, first, j, count, sum, j, stride);
        }
      }
    }
    for (int r = 0; r < block.rows(); r++) {
      inputs.write(r, 0, network.modelWidth(), sum, r * stride);
    }
    return elementwise;
  }

  /** The gradients of the projections for some hidden values. */
  private List<Segments<A>> activate(
      A dHidden, int first, int columns, List<ExpertRows> dProjected) {
    HiddenActivations kept = Objects.requireNonNull(pass.kept());
    ExpertRows ones = pass.dropout().ones();
    if (ones != null) {
      products.scale(dHidden, pass.window(ones, block), first, columns, pass.dropout());
    }
    List<A> projected = new ArrayList<>();
    List<Segments<A>> gradients = new ArrayList<>();
    for (int p = 0; p < dProjected.size(); p++) {
      A values = products.sum(p);
      products.read(pass.window(kept.projected().get(p), block), first, columns, values);
      projected.add(values);
      gradients.add(products.left(1 + p, columns));
    }
    pass.hidden().gradients(products, projected, dHidden, columns, gradients);
    for (int p = 0; p < gradients.size(); p++) {
      Segments<A> gradient = gradients.get(p);
      products.write(gradient.array(), pass.window(dProjected.get(p), block), first, columns);
      gradient.clearRest(kernel, block.rows());
    }
    return gradients;
  }

  /** {@code sum += left·W} for some columns of rows of a weight. */
  private void addProduct(
      Segments<A> left,
      ExpertWeight<A> weight,
      int row,
      int first,
      int columns,
      A sum,
      int sumAt,
      int stride) {
    A panels = products.panels(left.terms(), columns);
    new PanelLoader<>(kernel, room, BlockProducts.SCRATCH, left.terms())
        .columns(weight.weight(), row, first, columns, panels, kernel.origin());
    products.multiply(left, panels, kernel.origin(), columns, sum, sumAt, stride);
  }
}
