package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Vectors;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.lora.LoraPair;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear gate whose weight and bias stay as they are, with a low-rank adapter: {@code logits = W·x + b + s·B·(A·x)}.
 * With B = 0 the logits are those of the gate.
 *
 * <p>Parameters: the adapter alone, {@code loraA} [r,D] and {@code loraB} [E,r], of the type of the gate.
 */
public final class LoraGate implements Gate {
  private final LinearGate base;
  private final LoraPair pair;
  private final double dropout;
  private final NamedArrays parameters;
  private final Set<String> frozen;
  private final DataType type;

  private LoraGate(LinearGate base, LoraPair pair, double dropout) {
    this.base = base;
    this.pair = pair;
    this.dropout = dropout;
    this.type = base.parameters().dataType();
    this.frozen = base.parameters().names();
    Require.that(
        dropout >= 0 && dropout < 1, "adapter dropout must be in [0, 1) but was %s", dropout);
    Require.shape(LoraPair.A, pair.a(), -1, base.modelWidth());
    Require.shape(LoraPair.B, pair.b(), base.experts(), -1);
    Require.type(LoraPair.A, pair.a(), type);
    NamedArrays.Builder all = NamedArrays.builder();
    pair.addTo(all, "");
    this.parameters = all.build();
  }

  /**
   * An adapter over existing arrays, which become the live parameters.
   *
   * @param base the gate. Kept, never modified.
   * @param pair A [r,D] and B [E,r] of the gate's type
   * @param dropout rate of the adapter's inputs dropped in training, in [0, 1)
   * @throws IllegalArgumentException if the adapter does not fit the gate
   */
  public static LoraGate over(LinearGate base, LoraPair pair, double dropout) {
    return new LoraGate(base, pair, dropout);
  }

  /** The gate without its adapter. */
  public LinearGate base() {
    return base;
  }

  /** The adapter. */
  public LoraPair pair() {
    return pair;
  }

  /** Rate of the adapter's inputs dropped in training. */
  public double dropout() {
    return dropout;
  }

  /** A gate with the weight {@code W + s·B·A}, in new arrays. */
  public LinearGate merged() {
    INDArray weight = base.parameters().get("weight").dup('c');
    Gemm.multiply(pair.b().mul(pair.scale()), false, pair.a(), false, 1, weight);
    return frozen.contains("bias")
        ? LinearGate.of(weight, base.parameters().get("bias").dup('c'))
        : LinearGate.of(weight);
  }

  @Override
  public int experts() {
    return base.experts();
  }

  @Override
  public int modelWidth() {
    return base.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public GatePass score(TokenBatch input, Arena.Scope scope) {
    PassArrays.requireInputs("the gate", parameters, input.x());
    return new Run(input, base.score(input, scope), scope);
  }

  /** The scores of the gate, and the adapter's added. */
  private final class Run implements GatePass {
    private final TokenBatch input;
    private final GatePass scored;
    private final Arena.Scope scope;
    private final DropoutMask mask;
    private final INDArray x;
    private final INDArray u;
    private final Logits logits;

    Run(TokenBatch input, GatePass scored, Arena.Scope scope) {
      this.input = input;
      this.scored = scored;
      this.scope = scope;
      boolean drops = dropout > 0 && input.isTraining();
      this.mask = drops
          ? DropoutMask.draw(
              dropout,
              input.mode().requireGenerator("adapter dropout"),
              scope.take(type, input.x().shape()))
          : DropoutMask.ALL;
      this.x = dropped(GateRows.of(input.x(), input.mask(), type, scope));
      this.u = scope.take(type, input.tokens(), pair.rank());
      double[] values = scored.logits().toArray();
      if (input.tokens() > 0) {
        Gemm.multiplyInParallel(x, false, pair.a(), true, 0, u);
        u.muli(pair.scale());
        INDArray change = scope.take(type, input.tokens(), experts());
        Gemm.multiplyInParallel(u, false, pair.b(), true, 0, change);
        double[] add = Vectors.read(change.reshape(change.length()));
        for (int i = 0; i < values.length; i++) {
          values[i] += add[i];
        }
      }
      this.logits = Logits.wrap(values, experts(), input.mask());
    }

    /** What the mask keeps of rows, multiplied by its factor. */
    private INDArray dropped(INDArray rows) {
      ExpertRows ones = mask.ones();
      if (ones == null) {
        return rows;
      }
      INDArray kept = scope.take(type, rows.shape());
      RowMap.apply(List.of(rows, ones.array()), List.of(kept), (t, in, out) -> {
        for (int d = 0; d < out[0].length; d++) {
          out[0][d] = in[0][d] * in[1][d] * mask.factor();
        }
      });
      return kept;
    }

    @Override
    public Logits logits() {
      return logits;
    }

    @Override
    public void backward(double[] dLogits, INDArray dx, Gradients into) {
      Require.length("dLogits", dLogits, TokenScores.size(input.tokens(), experts()));
      PassArrays.requireBackward("the gate", parameters, input.x(), dx, into);
      scored.backward(
          dLogits, dx, base.parameters().zeroGradientsExcept(frozen.toArray(new String[0])));
      if (input.tokens() > 0) {
        pullBack(gradient(dLogits), dx, into);
      }
    }

    private INDArray gradient(double[] dLogits) {
      INDArray gradient = scope.take(type, input.tokens(), experts());
      Rows rows = Rows.of(gradient);
      double[] row = new double[experts()];
      for (int t = 0; t < input.tokens(); t++) {
        System.arraycopy(dLogits, t * row.length, row, 0, row.length);
        rows.write(t, row);
      }
      return gradient;
    }

    private void pullBack(INDArray gradient, INDArray dx, Gradients into) {
      INDArray v = scope.take(type, input.tokens(), pair.rank());
      Gemm.multiplyInParallel(gradient, false, pair.b(), false, 0, v);
      v.muli(pair.scale());
      into.ifPresent(LoraPair.A, da -> Gemm.multiplyInParallel(v, true, x, false, 1, da));
      into.ifPresent(LoraPair.B, db -> Gemm.multiplyInParallel(gradient, true, u, false, 1, db));
      INDArray dInput = scope.take(type, dx.shape());
      Gemm.multiplyInParallel(v, false, pair.a(), false, 0, dInput);
      GateRows.add(dropped(dInput), dx);
    }
  }
}
