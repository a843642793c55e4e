package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A table of vectors, one for each id, as {@code torch.nn.Embedding}.
 *
 * <p>Parameter: {@code weight} [V,D], of V ids.
 */
public final class Embedding implements Parameterized {
  private static final String NAME = "an embedding";

  private final INDArray weight;
  private final NamedArrays parameters;

  private Embedding(INDArray weight) {
    this.weight = weight;
    this.parameters = NamedArrays.builder().add("weight", weight).build();
  }

  /**
   * A new table.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public static Embedding create(
      int ids, int width, DataType type, Initializer initializer, RandomGenerator random) {
    Require.positive("ids", ids);
    Require.positive("width", width);
    return new Embedding(initializer.create(type, random, ids, width));
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Sizes and type, such as {@code embedding of 256 ids, width 64, FLOAT}. */
  @Override
  public String toString() {
    return "embedding of %d ids, width %d, %s"
        .formatted(weight.size(0), weight.size(1), weight.dataType());
  }

  /**
   * The vectors of some tokens.
   *
   * @param ids of the tokens [T]; those of padding are not read. Copied.
   * @param mask a padding token becomes zero and gets no gradient
   * @param scope memory of the pass
   * @throws IllegalArgumentException if the id of a real token is not in [0, V)
   */
  public Pass forward(int[] ids, TokenMask mask, Arena.Scope scope) {
    parameters.requireUsable(NAME);
    Require.that(
        ids.length == mask.tokens(),
        "ids must be of T = %d tokens but were of %d",
        mask.tokens(),
        ids.length);
    for (int t = 0; t < ids.length; t++) {
      if (mask.valid(t) && (ids[t] < 0 || ids[t] >= weight.size(0))) {
        Require.that(
            false, "the id of token %d must be in [0, %d) but was %d", t, weight.size(0), ids[t]);
      }
    }
    INDArray y = scope.take(weight.dataType(), ids.length, weight.size(1));
    if (ids.length > 0) {
      Rows table = Rows.of(weight);
      Rows out = Rows.of(y);
      double[] row = new double[table.width()];
      for (int t = 0; t < ids.length; t++) {
        if (mask.valid(t)) {
          table.read(ids[t], row);
        } else {
          Arrays.fill(row, 0);
        }
        out.write(t, row);
      }
    }
    return new Pass(ids.clone(), mask, y);
  }

  /** One pass with its backward. */
  public final class Pass {
    private final int[] ids;
    private final TokenMask mask;
    private final INDArray y;

    private Pass(int[] ids, TokenMask mask, INDArray y) {
      this.ids = ids;
      this.mask = mask;
      this.y = y;
    }

    /** Vectors [T,D], valid until the scope is closed. */
    public INDArray y() {
      return y;
    }

    /**
     * Runs the backward pass, in the order of the tokens, since several may have the same id.
     *
     * @param dy [T,D]; rows of padding are not read. Not modified.
     * @param into gradients named like the parameters. Modified: the result is added.
     * @throws IllegalArgumentException if an array does not fit or is closed
     */
    public void backward(INDArray dy, Gradients into) {
      Require.usable("dy", dy, NAME);
      Require.shape("dy", dy, y.shape());
      Require.type("dy", dy, y.dataType());
      PassArrays.requireGradients(NAME, parameters, into);
      if (!dy.isEmpty()) {
        into.ifPresent("weight", dW -> add(dy, dW));
      }
    }

    private void add(INDArray dy, INDArray dW) {
      Rows upstream = Rows.of(Contiguous.of(dy));
      Rows target = Rows.of(dW);
      double[] gradient = new double[upstream.width()];
      double[] sum = new double[upstream.width()];
      for (int t = 0; t < ids.length; t++) {
        if (mask.valid(t)) {
          upstream.read(t, gradient);
          target.read(ids[t], sum);
          for (int d = 0; d < sum.length; d++) {
            sum[d] += gradient[d];
          }
          target.write(ids[t], sum);
        }
      }
    }
  }
}
