package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import io.github.moe4j.core.internal.experts.NetworkBlocks.HiddenActivations;
import io.github.moe4j.core.internal.kernel.ColumnPanels;
import io.github.moe4j.core.internal.kernel.Kernel;
import io.github.moe4j.core.internal.kernel.Room;
import io.github.moe4j.core.internal.kernel.Segments;
import io.github.moe4j.core.internal.kernel.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * The forward of one block: {@code yᵀ = W·hᵀ}, {@code hᵀ} from {@code W·xᵀ}. Weights are left factors, as they
 * lie in memory; the tokens are the columns of panels, and so are the hidden values and outputs. So only
 * tokens and outputs are transposed, which are fewer than the weights.
 *
 * <p>Some hidden values of all tokens at a time are projected, activated and added to the outputs, while
 * they are in the caches; all of them if there are few tokens, so that rows of weights are read whole.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class KernelForward<A> {
  /** Numbers of arrays in a room; projections and panels have one each from the last of a kind on. */
  private static final int X = 0;

  private static final int HIDDEN = 1;
  private static final int SCRATCH = 2;
  private static final int DROPOUT = 3;
  private static final int LEFT = 4;
  private static final int BIAS = 8;
  private static final int Y = 16;

  /** Numbers of exact arrays in a room. */
  private static final int ACTIVATED = 0;

  private static final int PROJECTED = 1;

  /** Panels that count as few. */
  private static final int FEW = 2;

  /** Elements of a weight that are multiplied at a time: what fits the second cache, or the first. */
  private static final int MANY_ELEMENTS = 1 << 17;

  private static final int FEW_ELEMENTS = 1 << 14;

  /** Hidden values of many tokens that are computed at a time. */
  private static final int SPAN = 2 * SEGMENT;

  private final KernelBlocks<A> pass;
  private final Kernel<A> kernel;
  private final Room<A> room;
  private final RowBlock block;
  private final ColumnPanels<A> x;
  private final ColumnPanels<A> hidden;
  private final A scratch;
  private final A[] y;

  KernelForward(KernelBlocks<A> pass, Room<A> room, RowBlock block) {
    this.pass = pass;
    this.kernel = pass.element().kernel();
    this.room = room;
    this.block = block;
    int width = pass.network().modelWidth();
    this.x = ColumnPanels.in(room, X, kernel, block.rows(), width);
    int hiddenWidth = pass.network().hiddenWidth();
    int span = x.count() <= FEW ? hiddenWidth : Math.min(hiddenWidth, SPAN);
    this.hidden = ColumnPanels.in(room, HIDDEN, kernel, block.rows(), span);
    this.scratch = room.array(SCRATCH, x.scratchLength(Math.max(width, span)));
    this.y = pass.hidden().arrays().apply(x.count());
    for (int t = 0; t < y.length; t++) {
      y[t] = room.array(Y + t, kernel.paddedRows(width) * x.width(t));
    }
  }

  /** Computes the outputs of the block, and keeps what the backward needs; returns the time between products. */
  long run() {
    x.load(kernel, pass.window(pass.x(), block), scratch);
    ExpertWeight<A> down = pass.network().down(block.expert());
    bias(down, 0, 0, down.out());
    for (int t = 0; t < y.length; t++) {
      setToBias(down, 0, down.out(), y[t], x.width(t));
    }
    long elementwise = 0;
    for (int first = 0; first < down.in(); first += hidden.terms()) {
      int count = Math.min(hidden.terms(), down.in() - first);
      elementwise += project(first, count);
      addOutputs(down.weight(), down.out(), first, count);
    }
    Window<A> outputs = pass.window(pass.y(), block);
    for (int t = 0; t < x.count(); t++) {
      x.store(kernel, y[t], 0, t, outputs, 0, down.out(), scratch);
    }
    return elementwise;
  }

  /** Computes some hidden values of all tokens; returns the time between products. */
  private long project(int first, int count) {
    int projections = pass.network().projections();
    List<ExpertWeight<A>> weights = new ArrayList<>();
    List<Segments<A>> left = new ArrayList<>();
    int most = most(projections * pass.network().modelWidth());
    for (int p = 0; p < projections; p++) {
      weights.add(pass.network().projection(p, block.expert()));
      left.add(left(p, Math.min(most, count), pass.network().modelWidth()));
    }
    int lastPanel = x.count() - 1;
    Values<A> wide = values(Math.min(most, count), x.width(0));
    Values<A> last = values(Math.min(most, count), x.width(lastPanel));
    long elementwise = 0;
    for (int from = 0; from < count; from += most) {
      int here = Math.min(most, count - from);
      if (from > 0 && here < most) {
        wide = values(here, x.width(0));
        last = values(here, x.width(lastPanel));
      }
      for (int p = 0; p < projections; p++) {
        load(left.get(p), weights.get(p).weight(), first + from, here, 0);
        bias(weights.get(p), p, first + from, here);
      }
      for (int t = 0; t <= lastPanel; t++) {
        Values<A> values = t < lastPanel ? wide : last;
        for (int p = 0; p < projections; p++) {
          A sum = values.projected[p];
          setToBias(weights.get(p), p, here, sum, x.width(t));
          left.get(p).multiply(kernel, here, x, t, 0, sum, 0);
        }
        long multiplied = System.nanoTime();
        activate(values, t, first, from, here);
        elementwise += System.nanoTime() - multiplied;
      }
    }
    if ((count & 1) != 0) {
      for (int t = 0; t < x.count(); t++) {
        kernel.clear(hidden.array(), hidden.at(t, count), hidden.width(t));
      }
    }
    return elementwise;
  }

  /** Some hidden values of the tokens of a panel, in arrays of exactly their length. */
  private record Values<A>(A[] projected, A activated) {}

  private Values<A> values(int count, int width) {
    int length = kernel.paddedRows(count) * width;
    A[] projected = pass.hidden().arrays().apply(pass.network().projections());
    for (int p = 0; p < projected.length; p++) {
      projected[p] = room.exact(PROJECTED + p, length);
    }
    return new Values<>(projected, room.exact(ACTIVATED, length));
  }

  private void activate(Values<A> values, int panel, int first, int from, int count) {
    int at = hidden.at(panel, from);
    pass.hidden().values().accept(values.projected, values.activated);
    kernel.copy(values.activated, 0, hidden.array(), at, count * x.width(panel));
    dropOut(panel, first + from, count, at);
    HiddenActivations kept = pass.kept();
    if (kept != null) {
      for (int p = 0; p < values.projected.length; p++) {
        Window<A> rows = pass.window(kept.projected().get(p), block);
        x.store(kernel, values.projected[p], 0, panel, rows, first + from, count, scratch);
      }
      Window<A> rows = pass.window(kept.hidden(), block);
      x.store(kernel, hidden.array(), at, panel, rows, first + from, count, scratch);
    }
  }

  private void dropOut(int panel, int first, int count, int at) {
    ExpertRows ones = pass.dropout().ones();
    if (ones != null) {
      ColumnPanels<A> mask = ColumnPanels.in(room, DROPOUT, kernel, block.rows(), hidden.terms());
      mask.load(kernel, pass.window(ones, block), panel, first, count, 0, scratch);
      double factor = pass.dropout().factor();
      int length = count * x.width(panel);
      kernel.scale(hidden.array(), at, mask.array(), mask.at(panel, 0), length, factor);
    }
  }

  /** {@code y += W·hidden} for some columns of the weight. */
  private void addOutputs(Window<A> weight, int outputs, int first, int count) {
    int most = most(count);
    Segments<A> left = left(0, Math.min(most, outputs), count);
    for (int o = 0; o < outputs; o += most) {
      int here = Math.min(most, outputs - o);
      load(left, weight, o, here, first);
      for (int t = 0; t < y.length; t++) {
        left.multiply(kernel, here, hidden, t, 0, y[t], o * hidden.width(t));
      }
    }
  }

  /** Rows of a weight that are multiplied at a time: whole tiles, lest sums of the next be changed. */
  private int most(int terms) {
    int tile = kernel.tileRows();
    int elements = x.count() <= FEW ? FEW_ELEMENTS : MANY_ELEMENTS;
    return Math.max(2, elements / terms / tile) * tile;
  }

  private Segments<A> left(int number, int rows, int terms) {
    int padded = kernel.paddedRows(rows);
    A array = room.array(LEFT + number, Segments.length(padded, terms));
    return new Segments<>(array, padded, terms);
  }

  private void load(Segments<A> left, Window<A> weight, int first, int rows, int column) {
    left.load(weight, first, rows, column);
    left.clearRest(kernel, rows);
  }

  private void bias(ExpertWeight<A> weight, int number, int first, int count) {
    Window<A> bias = weight.bias();
    if (bias != null) {
      bias.read(0, first, count, room.array(BIAS + number, count), 0);
    }
  }

  /** Sets sums of some outputs to their bias, or to zero. */
  private void setToBias(ExpertWeight<A> weight, int number, int count, A sum, int width) {
    if (weight.bias() == null) {
      kernel.clear(sum, 0, count * width);
    } else {
      kernel.repeat(room.array(BIAS + number, count), count, sum, width);
    }
  }
}
