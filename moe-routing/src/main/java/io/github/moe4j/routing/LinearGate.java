package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Vectors;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The linear gate: {@code logits = x·weightᵀ (+ bias)}.
 *
 * <p>A gate in float64 takes float32 tokens too and computes in float64, so that a router can be
 * more precise than the experts; gradients of x are rounded once.
 *
 * <p>Parameters: {@code weight} [E,D] and, if there is one, {@code bias} [E].
 */
public final class LinearGate implements Gate {
  private final INDArray weight;
  private final @Nullable INDArray bias;
  private final NamedArrays parameters;

  private LinearGate(INDArray weight, @Nullable INDArray bias) {
    Require.shape("weight", weight, -1, -1);
    this.weight = weight;
    this.bias = bias;
    NamedArrays.Builder builder = NamedArrays.builder().add("weight", weight);
    if (bias != null) {
      Require.shape("bias", bias, weight.size(0));
      Require.type("bias", bias, weight.dataType());
      builder.add("bias", bias);
    }
    this.parameters = builder.build();
  }

  /**
   * A gate over existing arrays, which become the live parameters.
   *
   * @param weight [E,D], contiguous
   * @throws IllegalArgumentException if the array is not a contiguous matrix
   */
  public static LinearGate of(INDArray weight) {
    return new LinearGate(weight, null);
  }

  /**
   * A gate with bias over existing arrays, which become the live parameters.
   *
   * @param weight [E,D], contiguous
   * @param bias [E]
   * @throws IllegalArgumentException if shapes or types do not match
   */
  public static LinearGate of(INDArray weight, INDArray bias) {
    return new LinearGate(weight, bias);
  }

  /** A new gate without bias, initialized as in {@link #parameterSpecs}; the same seed gives the same bits. */
  public static LinearGate create(int experts, int modelWidth, DataType type, long seed) {
    return create(experts, modelWidth, type, usualInitializer(), seed);
  }

  /** The parameters of a gate without bias: {@code weight} [E,D], normal with standard deviation 0.02. */
  public static Map<String, ParameterSpec> parameterSpecs(int experts, int modelWidth) {
    return Map.of("weight", ParameterSpec.weight(usualInitializer(), experts, modelWidth));
  }

  private static Initializer usualInitializer() {
    return Initializer.normal(0.02);
  }

  /**
   * A new gate without bias; the same seed gives the same bits.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public static LinearGate create(
      int experts, int modelWidth, DataType type, Initializer initializer, long seed) {
    Require.positive("experts", experts);
    Require.positive("modelWidth", modelWidth);
    return of(initializer.create(type, new SplittableRandom(seed), experts, modelWidth));
  }

  @Override
  public int experts() {
    return Math.toIntExact(weight.size(0));
  }

  @Override
  public int modelWidth() {
    return Math.toIntExact(weight.size(1));
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public GatePass score(TokenBatch input, Arena.Scope scope) {
    INDArray x = input.x();
    PassArrays.requireInputs("the gate", parameters, x);
    Require.shape("x", x, -1, modelWidth());
    Require.that(
        x.dataType() == weight.dataType() || weight.dataType() == DataType.DOUBLE,
        "x must be %s, the type of the gate's weight, but was %s",
        weight.dataType(),
        x.dataType());
    Logits logits = bias == null && weight.dataType() == DataType.FLOAT
        ? inSingle(input, scope)
        : Logits.wrap(project(x, scope), experts(), input.mask());
    return new GatePass() {
      @Override
      public Logits logits() {
        return logits;
      }

      @Override
      public void backward(double[] dLogits, INDArray dx, Gradients into) {
        Require.length("dLogits", dLogits, TokenScores.size(input.tokens(), experts()));
        PassArrays.requireBackward("the gate", parameters, x, dx, into);
        if (!x.isEmpty()) {
          pullBack(input, dLogits, dx, into, scope);
        }
      }
    };
  }

  /** Scores that float32 holds exactly, in half the memory; that of the pass, if they are not read after it. */
  private Logits inSingle(TokenBatch input, Arena.Scope scope) {
    int tokens = input.tokens();
    int size = TokenScores.size(tokens, experts());
    boolean kept = input.mode().keepsDecision();
    float[] values = kept ? new float[size] : scope.takeFloats(size);
    if (tokens > 0) {
      Rows.of(product(input.x(), scope)).read(0, tokens, values);
    }
    for (int i = 0; i < size; i++) {
      values[i] += 0f; // no negative zeros, as where there is a bias
    }
    return kept
        ? Logits.wrap(values, experts(), input.mask())
        : Logits.borrowed(values, experts(), input.mask(), scope);
  }

  /** {@code x·weightᵀ} of at least one token. */
  private INDArray product(INDArray x, Arena.Scope scope) {
    int tokens = Math.toIntExact(x.size(0));
    INDArray own = GateRows.of(x, TokenMask.none(tokens), weight.dataType(), scope);
    INDArray product = scope.take(own.dataType(), tokens, experts());
    Gemm.multiplyInParallel(own, false, weight, true, 0, product);
    return product;
  }

  private double[] project(INDArray x, Arena.Scope scope) {
    int tokens = Math.toIntExact(x.size(0));
    double[] values = new double[TokenScores.size(tokens, experts())];
    if (tokens == 0) {
      return values;
    }
    double[] add = bias == null ? new double[experts()] : Vectors.read(bias);
    Rows rows = Rows.of(product(x, scope));
    double[] row = new double[experts()];
    for (int t = 0; t < tokens; t++) {
      rows.read(t, row);
      for (int e = 0; e < row.length; e++) {
        values[t * row.length + e] = row[e] + add[e];
      }
    }
    return values;
  }

  private void pullBack(
      TokenBatch input, double[] dLogits, INDArray dx, Gradients into, Arena.Scope scope) {
    INDArray own = GateRows.of(input.x(), input.mask(), weight.dataType(), scope);
    if (dx.dataType() == weight.dataType()) {
      pullBack(own, dLogits, dx, into, scope);
      return;
    }
    INDArray exact = scope.takeZeros(weight.dataType(), dx.shape());
    pullBack(own, dLogits, exact, into, scope);
    GateRows.add(exact, dx);
  }

  /** With tokens and dx in the gate's own type. */
  private void pullBack(
      INDArray x, double[] dLogits, INDArray dx, Gradients into, Arena.Scope scope) {
    int tokens = Math.toIntExact(x.size(0));
    INDArray gradient = scope.take(x.dataType(), tokens, experts());
    Rows rows = Rows.of(gradient);
    double[] row = new double[experts()];
    double[] sum = new double[experts()];
    for (int t = 0; t < tokens; t++) {
      for (int e = 0; e < row.length; e++) {
        row[e] = dLogits[t * row.length + e];
        sum[e] += row[e];
      }
      rows.write(t, row);
    }
    into.ifPresent("weight", dW -> Gemm.multiplyInParallel(gradient, true, x, false, 1, dW));
    Gemm.multiplyInParallel(gradient, false, weight, false, 1, dx);
    if (bias != null) {
      into.ifPresent("bias", target -> Vectors.add(target, sum));
    }
  }
}
