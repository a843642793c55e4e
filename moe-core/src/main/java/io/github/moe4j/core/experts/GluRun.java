package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsRun;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.RowMap;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One pass of {@link GluExperts}; hidden rows are computed block by block. */
final class GluRun implements ExpertsRun {
  private final GroupedLinear gate;
  private final GroupedLinear up;
  private final GroupedLinear down;
  private final INDArray x;
  private final List<RowBlock> blocks;
  private final List<RowBlock> whole;
  private final Arena.Scope scope;
  private final INDArray gates;
  private final INDArray ups;
  private final INDArray hidden;
  private final INDArray y;
  private final HiddenDropout.Kept kept;
  private final GluCombination rows;

  GluRun(GluExperts experts, INDArray xR, int[] start, PassMode mode, Arena.Scope scope) {
    this.gate = experts.gate();
    this.up = experts.up();
    this.down = experts.down();
    this.x = xR;
    this.rows = experts.combination(xR.dataType());
    this.blocks = RowBlock.of(start);
    this.whole = RowBlock.whole(start);
    this.scope = scope;
    this.gates = scope.take(xR.dataType(), xR.size(0), up.out());
    this.ups = scope.take(xR.dataType(), xR.size(0), up.out());
    this.hidden = scope.take(xR.dataType(), xR.size(0), up.out());
    this.y = scope.take(xR.dataType(), xR.size(0), down.out());
    this.kept = experts.dropout().draw(hidden, mode, scope);
    RowBlock.forEach(RowBlock.forward(start), this::forward);
  }

  private void forward(RowBlock block) {
    gate.forward(block, x, gates);
    up.forward(block, x, ups);
    RowMap.applyHere(
        List.of(block.of(gates), block.of(ups)),
        List.of(block.of(hidden)),
        (r, in, out) -> rows.values(in[0], in[1], out[0]));
    kept.scale(block, hidden);
    down.forward(block, hidden, y);
  }

  @Override
  public INDArray y() {
    return y;
  }

  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    // Becomes the gradient of up, in place.
    INDArray dHidden = scope.take(dyR.dataType(), hidden.shape());
    INDArray dGates = scope.take(dyR.dataType(), hidden.shape());
    RowBlock.forEach(blocks, block -> {
      down.backward(block, dyR, 0, dHidden);
      kept.scale(block, dHidden);
      combineBackward(block, dHidden, dGates);
      up.backward(block, dHidden, 1, dxR);
      gate.backward(block, dGates, 1, dxR);
    });
    RowBlock.forEach(whole, all -> {
      down.addWeightGradients(all, dyR, hidden, into, "down");
      up.addWeightGradients(all, dHidden, x, into, "up");
      gate.addWeightGradients(all, dGates, x, into, "gate");
    });
  }

  private void combineBackward(RowBlock block, INDArray dHidden, INDArray dGates) {
    RowMap.applyHere(
        List.of(block.of(gates), block.of(ups), block.of(dHidden)),
        List.of(block.of(dHidden), block.of(dGates)),
        (r, in, out) -> rows.gradients(in[0], in[1], in[2], out[1], out[0]));
  }
}
