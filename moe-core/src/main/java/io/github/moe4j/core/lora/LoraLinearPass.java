package io.github.moe4j.core.lora;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.RowVector;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.experts.RowWindow;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One projection in a pass: {@code y = W·x + b + B·u} with {@code u = s·A·x̃}, x̃ the inputs after dropout.
 *
 * <p>The product with W has the bits of the experts without adapters: the kernels begin their sums with the bias, BLAS
 * adds it at the end.
 */
final class LoraLinearPass {
  private final FrozenLinear base;
  private final ExpertRows input;
  private final ExpertRows output;
  private final @Nullable Adapter adapter;

  /** The adapter's part: its matrices by expert, and its rows. */
  private record Adapter(
      Matrix[] a,
      Matrix[] b,
      double scale,
      ExpertRows input,
      DropoutMask mask,
      ExpertRows u,
      ExpertRows v,
      ExpertRows dInput) {
    static Adapter of(LoraPair pair, ExpertRows input, DropoutMask mask, Arena.Scope scope) {
      INDArray x = input.array();
      DataType type = x.dataType();
      boolean copies = mask.ones() != null;
      return new Adapter(
          Matrix.slices(pair.a()),
          Matrix.slices(pair.b()),
          pair.scale(),
          copies ? new ExpertRows(scope.take(type, x.shape())) : input,
          mask,
          new ExpertRows(scope.take(type, x.size(0), pair.rank())),
          new ExpertRows(scope.take(type, x.size(0), pair.rank())),
          copies ? new ExpertRows(scope.take(type, x.shape())) : input);
    }
  }

  LoraLinearPass(LoraLinear linear, ExpertRows input, DropoutMask mask, Arena.Scope scope) {
    this.base = linear.base();
    this.input = input;
    INDArray x = input.array();
    this.output = new ExpertRows(scope.take(x.dataType(), x.size(0), base.out()));
    LoraPair pair = linear.pair();
    this.adapter = pair == null ? null : Adapter.of(pair, input, mask, scope);
  }

  /** What comes out [R,out]. */
  ExpertRows output() {
    return output;
  }

  /**
   * Projects the rows of a block.
   *
   * @param room of the thread for a weight [H·D]. Modified.
   */
  void forward(RowBlock block, INDArray room, Elementwise elementwise) {
    RowWindow x = input.of(block);
    RowWindow y = output.of(block);
    Matrix weight = weight(block, room);
    double[] bias = base.bias(block.expert());
    if (bias != null && Kernels.chosen().isPresent()) {
      for (int r = y.from(); r < y.to(); r++) {
        y.rows().fork().write(r, bias);
      }
      Gemm.multiply(x.matrix(), false, weight, true, 1, y.matrix());
    } else {
      Gemm.multiply(x.matrix(), false, weight, true, 0, y.matrix());
      if (bias != null) {
        add(bias, y);
      }
    }
    if (adapter != null) {
      drop(adapter, block, x, elementwise);
      addAdapter(adapter, block, y);
    }
  }

  private Matrix weight(RowBlock block, INDArray room) {
    return base.weight(block.expert(), room.reshape('c', base.out(), base.in()));
  }

  private static void add(double[] bias, RowWindow y) {
    double[] row = new double[bias.length];
    var rows = y.rows().fork();
    for (int r = y.from(); r < y.to(); r++) {
      rows.read(r, row);
      for (int i = 0; i < row.length; i++) {
        row[i] += bias[i];
      }
      rows.write(r, row);
    }
  }

  /** Fills the adapter's inputs, which are those of the projection if nothing is dropped. */
  private static void drop(Adapter own, RowBlock block, RowWindow x, Elementwise elementwise) {
    if (own.mask.ones() != null) {
      RowWindow kept = own.input.of(block);
      for (int r = x.from(); r < x.to(); r++) {
        x.rows().copy(r, kept.rows(), r);
      }
      own.mask.scale(block, kept, elementwise);
    }
  }

  private static void addAdapter(Adapter own, RowBlock block, RowWindow y) {
    RowWindow x = own.input.of(block);
    RowWindow u = own.u.of(block);
    Gemm.multiply(x.matrix(), false, own.a[block.expert()], true, 0, u.matrix());
    scale(u, own.scale);
    Gemm.multiply(u.matrix(), false, own.b[block.expert()], true, 1, y.matrix());
  }

  private static void scale(RowWindow rows, double factor) {
    RowVector row = RowVector.like(rows.rows());
    for (int r = rows.from(); r < rows.to(); r++) {
      row.read(rows.rows(), r);
      row.scale(factor);
      row.write(rows.rows(), r);
    }
  }

  /**
   * Pulls the gradient of a block back to its inputs: {@code dx = dy·W + dropout(v·A) + keep·dx} with {@code v = s·dy·B}.
   *
   * @param dy gradient of the outputs [R,out]. Not modified.
   * @param keep 1 to add to dx, 0 to overwrite it
   * @param dx gradient of the inputs [R,in]. Modified.
   */
  void backward(
      RowBlock block,
      ExpertRows dy,
      double keep,
      ExpertRows dx,
      INDArray room,
      Elementwise elementwise) {
    Gemm.multiply(
        dy.of(block).matrix(),
        false,
        weight(block, room),
        false,
        keep,
        dx.of(block).matrix());
    if (adapter != null) {
      pullBack(adapter, block, dy, dx, elementwise);
    }
  }

  private static void pullBack(
      Adapter own, RowBlock block, ExpertRows dy, ExpertRows dx, Elementwise elementwise) {
    RowWindow v = own.v.of(block);
    Gemm.multiply(dy.of(block).matrix(), false, own.b[block.expert()], false, 0, v.matrix());
    scale(v, own.scale);
    Matrix a = own.a[block.expert()];
    if (own.mask.ones() == null) {
      Gemm.multiply(v.matrix(), false, a, false, 1, dx.of(block).matrix());
      return;
    }
    RowWindow dInput = own.dInput.of(block);
    Gemm.multiply(v.matrix(), false, a, false, 0, dInput.matrix());
    own.mask.scale(block, dInput, elementwise);
    RowVector row = RowVector.like(dInput.rows());
    RowVector sum = RowVector.like(dInput.rows());
    for (int r = dInput.from(); r < dInput.to(); r++) {
      row.read(dInput.rows(), r);
      sum.read(dx.of(block).rows(), r);
      sum.addScaled(1, row);
      sum.write(dx.of(block).rows(), r);
    }
  }

  /**
   * The work of adding the gradients {@code dA = vᵀ·x̃} and {@code dB = dyᵀ·u}, in parts that may run at the same time.
   *
   * @param experts all rows of each expert, so that sums have one order
   * @param dy gradient of the outputs [R,out]. Not modified.
   * @param into gradients named {@code NAME.loraA} and {@code NAME.loraB}, unless frozen. Modified.
   * @param work receives the parts
   */
  void addGradients(List<RowBlock> experts, ExpertRows dy, Gradients into, List<Runnable> work) {
    if (adapter != null) {
      Adapter own = adapter;
      into.ifPresent(
          base.name() + "." + LoraPair.A, da -> add(experts, own.v, own.input, da, work));
      into.ifPresent(base.name() + "." + LoraPair.B, db -> add(experts, dy, own.u, db, work));
    }
  }

  private static void add(
      List<RowBlock> experts,
      ExpertRows left,
      ExpertRows right,
      INDArray target,
      List<Runnable> work) {
    Matrix[] targets = Matrix.slices(target);
    for (RowBlock rows : experts) {
      work.add(() -> Gemm.multiply(
          left.of(rows).matrix(), true, right.of(rows).matrix(), false, 1, targets[rows.expert()]));
    }
  }
}
