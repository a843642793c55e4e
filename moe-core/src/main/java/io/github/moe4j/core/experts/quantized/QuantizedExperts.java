package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.core.internal.kernel.Kernels;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Copies of float32 experts with quantized or packed weights, for evaluation: with few tokens a
 * pass is bound by reading the weights. Rows, biases and sums stay float32.
 *
 * <p>Products use the rounded weights ŵ in float32. With the kernels y is bit-identical to that of float32 experts
 * with those weights, and the row of a token does not depend on other rows. With BLAS, up to 16 rows of an expert are
 * multiplied with the packed weights directly; for more rows the weights of 256 inputs at a time are converted to
 * float32. Results do not depend on the number of threads.
 *
 * <p>No parameters: an optimizer or a checkpoint of the layer does not see these weights. Training passes
 * and every backward pass, even for dx only, are rejected. Immutable, and several threads may run it at
 * once.
 */
public final class QuantizedExperts implements Experts {
  private final WeightFormat format;
  private final int experts;
  private final int modelWidth;
  private final QuantizedNetwork network;

  private QuantizedExperts(Experts given, HiddenLayer layer, WeightFormat format) {
    this.experts = given.experts();
    this.modelWidth = given.modelWidth();
    this.format = format;
    this.network = Kernels.chosen()
        .<QuantizedNetwork>map(kernels -> PanelNetwork.of(kernels, layer, format))
        .orElseGet(() -> PackedNetwork.of(layer, format));
  }

  /**
   * A copy of gated experts.
   *
   * @param experts in float32, with finite weights; dropout is left out. Not modified, not kept: later
   *     changes of the weights do not affect the copy.
   * @throws IllegalArgumentException if the weights are not float32, not finite, or too large for the format
   */
  public static QuantizedExperts of(GluExperts experts, WeightFormat format) {
    return new QuantizedExperts(experts, experts, format);
  }

  /**
   * A copy of plain experts.
   *
   * @param experts in float32, with finite weights; dropout is left out. Not modified, not kept: later
   *     changes of the weights do not affect the copy.
   * @throws IllegalArgumentException if the weights are not float32, not finite, or too large for the format
   */
  public static QuantizedExperts of(FfnExperts experts, WeightFormat format) {
    return new QuantizedExperts(experts, experts, format);
  }

  /** The format of the weights. */
  public WeightFormat format() {
    return format;
  }

  /**
   * Bytes of weights, scales and biases, without the headers of Java arrays. For the kernels outputs
   * are padded to a multiple of two vectors, and inputs to an even number.
   */
  public long bytes() {
    return network.bytes();
  }

  /**
   * The rounded weights as a new float32 array: {@code gate} or {@code up} [E,H,D], {@code down}
   * [E,D,H]. Experts over these arrays and the biases give the same y up to rounding of sums.
   *
   * @throws IllegalArgumentException if there is no projection of this name
   */
  public INDArray weight(String name) {
    int at = network.names().indexOf(name);
    Require.that(at >= 0, "weight must be one of %s but was %s", network.names(), name);
    return network.unpacked(at);
  }

  @Override
  public int experts() {
    return experts;
  }

  @Override
  public int modelWidth() {
    return modelWidth;
  }

  @Override
  public DataType dataType() {
    return DataType.FLOAT;
  }

  /** None. */
  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    if (mode.isTraining()) {
      throw new UnsupportedOperationException(
          "quantized experts are for evaluation only but the pass was in training");
    }
    PassArrays.requireInputs("the experts", NamedArrays.none(), xR);
    Require.type("xR", xR, DataType.FLOAT);
    return network.run(xR, expertStart, scope);
  }
}
