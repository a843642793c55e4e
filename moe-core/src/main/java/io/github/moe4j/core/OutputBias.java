package io.github.moe4j.core;

import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Vectors;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The same output for every token, {@code y[t] = bias}: as the shared expert of a {@link MoeLayer} it is a
 * bias of the whole layer, added once a token and not weighted (JetMoE: {@code JetMoeMoE} in {@code
 * transformers/models/jetmoe}).
 *
 * <p>Parameter: {@code bias} [D].
 */
public final class OutputBias implements FeedForward {
  private static final String NAME = "an output bias";

  private final INDArray bias;
  private final Arena arena = new Arena();
  private final NamedArrays parameters;

  private OutputBias(INDArray bias) {
    Require.shape("bias", bias, -1);
    Require.floating("bias", bias.dataType());
    Require.that(bias.length() >= 1, "bias must have at least 1 number but had none");
    this.bias = bias;
    this.parameters = NamedArrays.builder().add("bias", bias).build();
  }

  /**
   * A bias in an existing array, which becomes the live parameter.
   *
   * @param bias [D], contiguous
   */
  public static OutputBias of(INDArray bias) {
    return new OutputBias(bias);
  }

  @Override
  public int modelWidth() {
    return Math.toIntExact(bias.length());
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public FeedForwardPass forward(TokenBatch input, INDArray y) {
    return PassGuard.forward(NAME, this, input, y, arena, scope -> {
      double[] row = Vectors.read(bias);
      RowMap.apply(List.of(), List.of(y), (t, in, out) -> {
        for (int d = 0; d < row.length; d++) {
          out[0][d] = input.mask().valid(t) ? row[d] : 0;
        }
      });
      return new Run(input.mask(), y, new PassGuard(NAME, this, input, scope));
    });
  }

  /** Only the bias has a gradient: the outputs do not depend on x. */
  private record Run(TokenMask mask, INDArray y, PassGuard guard) implements FeedForwardPass {
    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      guard.backward(
          dy, dx, into, upstream -> into.ifPresent("bias", target -> add(upstream, target)));
    }

    private void add(INDArray dy, INDArray target) {
      if (dy.isEmpty()) {
        return;
      }
      Rows rows = Rows.of(Contiguous.of(dy));
      double[] row = new double[rows.width()];
      double[] sum = new double[row.length];
      for (int t = 0; t < mask.tokens(); t++) {
        if (mask.valid(t)) {
          rows.read(t, row);
          for (int d = 0; d < sum.length; d++) {
            sum[d] += row[d];
          }
        }
      }
      Vectors.add(target, sum);
    }

    @Override
    public void close() {
      guard.close();
    }
  }
}
