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
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.FrozenNetwork;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
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
 * <p>No parameters: an optimizer or a checkpoint of the layer does not see these weights. Passes in training
 * or with a backward, even for dx only, are rejected. Immutable, and several threads may run it at
 * once.
 */
public final class QuantizedExperts implements Experts, FrozenNetwork {
  private final WeightFormat format;
  private final int experts;
  private final int modelWidth;
  private final QuantizedNetwork network;

  private QuantizedExperts(
      WeightFormat format, int experts, int modelWidth, QuantizedNetwork network) {
    this.format = format;
    this.experts = experts;
    this.modelWidth = modelWidth;
    this.network = network;
  }

  /**
   * Begins a copy of experts that are not all at hand as float32 at the same time.
   *
   * @param format of all weights
   */
  public static Builder builder(WeightFormat format) {
    return new Builder(format);
  }

  /**
   * A copy of gated experts.
   *
   * @param experts in float32, with finite weights; dropout is left out. Not modified, not kept: later
   *     changes of the weights do not affect the copy.
   * @throws IllegalArgumentException if the weights are not float32, not finite, or too large for the format
   * @throws OutOfMemoryError if they are more than the Java heap can have
   */
  public static QuantizedExperts of(GluExperts experts, WeightFormat format) {
    return builder(format).add(experts).build();
  }

  /**
   * A copy of plain experts.
   *
   * @param experts in float32, with finite weights; dropout is left out. Not modified, not kept: later
   *     changes of the weights do not affect the copy.
   * @throws IllegalArgumentException if the weights are not float32, not finite, or too large for the format
   * @throws OutOfMemoryError if they are more than the Java heap can have
   */
  public static QuantizedExperts of(FfnExperts experts, WeightFormat format) {
    return builder(format).add(experts).build();
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

  /** For the library's own use. */
  @Override
  public List<FrozenLinear> linears() {
    return network.linears();
  }

  /** For the library's own use. */
  @Override
  public HiddenFunction hiddenFunction() {
    return network.function();
  }

  /** For the library's own use. */
  @Override
  public double hiddenDropout() {
    return 0;
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
    if (mode.isDifferentiable()) {
      throw new UnsupportedOperationException(
          "quantized experts are for evaluation only but the pass was " + mode);
    }
    PassArrays.requireInputs("the experts", NamedArrays.none(), xR);
    Require.type("xR", xR, DataType.FLOAT);
    BlockTimes times = new BlockTimes();
    ExpertRows y = new ExpertRows(scope.take(DataType.FLOAT, xR.size(0), modelWidth));
    network.run(new ExpertRows(xR), y, expertStart, scope, times);
    return new EvaluationPass(y.array(), times, 0, 0);
  }

  /**
   * Packs experts, some at a time, in their order. Not thread-safe.
   */
  public static final class Builder {
    private final WeightFormat format;
    private @Nullable QuantizedNetwork network;
    private @Nullable HiddenFunction function;
    private String shapes = "";
    private int expected;
    private int experts;
    private int modelWidth;

    private Builder(WeightFormat format) {
      this.format = format;
    }

    /**
     * Tells how many experts there will be, so that the first is refused if the Java heap cannot have the weights of all.
     *
     * @param all optional: {@link #build} does not require that so many were added
     */
    public Builder expect(int all) {
      Require.that(all > 0, "experts must be positive but were %d", all);
      expected = all;
      return this;
    }

    /**
     * Packs the next gated experts.
     *
     * @param next in float32, with finite weights. Not modified, not kept.
     * @throws IllegalArgumentException if their shapes or functions are not those of the experts before
     * @throws OutOfMemoryError if the weights of all experts are more than the Java heap can have
     */
    public Builder add(GluExperts next) {
      return add(next, next, Map.of());
    }

    /**
     * Packs the next gated experts, whose weights were stored in FP8.
     *
     * @param next one expert in float32, with the numbers that were stored. Not modified, not kept.
     * @param stored its scales by projection ({@code gate}, {@code up}, {@code down}); others get their own
     * @throws IllegalArgumentException if the format is not {@link WeightFormat#FP8_E4M3}, or if shapes, functions
     *     or scales do not fit
     * @throws OutOfMemoryError if the weights of all experts are more than the Java heap can have
     */
    public Builder add(GluExperts next, Map<String, StoredScales> stored) {
      Require.that(
          format == WeightFormat.FP8_E4M3,
          "format must be FP8_E4M3 to have scales but was %s",
          format);
      Require.that(
          next.experts() == 1,
          "experts with scales must be added singly but were %d",
          next.experts());
      return add(next, next, Map.copyOf(stored));
    }

    /**
     * Packs the next plain experts.
     *
     * @param next in float32, with finite weights. Not modified, not kept.
     * @throws IllegalArgumentException if their shapes or functions are not those of the experts before
     * @throws OutOfMemoryError if the weights of all experts are more than the Java heap can have
     */
    public Builder add(FfnExperts next) {
      return add(next, next, Map.of());
    }

    private Builder add(Experts given, HiddenLayer layer, Map<String, StoredScales> stored) {
      String found = shapes(layer);
      requireLike(layer, found);
      requireRoom(given.experts(), layer);
      WeightPacker packer = new WeightPacker(format, stored);
      QuantizedNetwork more = Kernels.chosen()
          .<QuantizedNetwork>map(kernels -> PanelNetwork.of(kernels, layer, packer))
          .orElseGet(() -> PackedNetwork.of(layer, packer));
      network = network == null ? more : network.then(more);
      function = layer.hiddenFunction();
      shapes = found;
      experts += given.experts();
      modelWidth = given.modelWidth();
      return this;
    }

    private void requireLike(HiddenLayer layer, String found) {
      if (function == null) {
        return;
      }
      Require.that(
          function.equals(layer.hiddenFunction()),
          "experts must have the function %s of those before but have %s",
          function,
          layer.hiddenFunction());
      Require.that(
          shapes.equals(found),
          "experts must have the shapes %s of those before but have %s",
          shapes,
          found);
    }

    private void requireRoom(int more, HiddenLayer layer) {
      double weights = 0;
      for (String name : QuantizedNetwork.names(layer.parameters())) {
        weights += layer.parameters().get(name + QuantizedNetwork.WEIGHT).length();
      }
      int all = Math.max(expected, experts + more);
      HeapRoom.require(
          "weights of %d experts in %s".formatted(all, format),
          format.leastBytes(weights / more * all),
          Runtime.getRuntime().maxMemory());
    }

    /** Of one expert. */
    private static String shapes(HiddenLayer layer) {
      StringJoiner all = new StringJoiner(", ");
      layer.parameters().forEach((name, array) -> {
        long[] shape = array.shape();
        all.add(name + " " + Arrays.toString(Arrays.copyOfRange(shape, 1, shape.length)));
      });
      return all.toString();
    }

    /**
     * All experts that were added.
     *
     * @throws IllegalStateException if there are none
     */
    public QuantizedExperts build() {
      QuantizedNetwork all = network;
      if (all == null) {
        throw new IllegalStateException("experts must be added before build but none were");
      }
      return new QuantizedExperts(format, experts, modelWidth, all);
    }
  }
}
