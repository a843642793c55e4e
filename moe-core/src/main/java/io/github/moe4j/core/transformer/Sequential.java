package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassGuard;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layers one after another, as {@code torch.nn.Sequential}.
 *
 * <p>Parameters: {@code name.…} of each layer. Several threads may run passes of one at the same time.
 */
public final class Sequential implements Parameterized {
  private static final String NAME = "a sequence of layers";

  private final Map<String, TokenLayer> layers;
  private final NamedArrays parameters;
  private final Arena arena = new Arena();

  private Sequential(Map<String, TokenLayer> layers) {
    this.layers = layers;
    NamedArrays.Builder all = NamedArrays.builder();
    layers.forEach((name, layer) -> all.addAll(name, layer.parameters()));
    this.parameters = all.build();
  }

  /** Starts a sequence. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Name and layer, one after another, such as {@code {in=linear layer from 256 to 32, FLOAT, …}}. */
  @Override
  public String toString() {
    return layers.toString();
  }

  /**
   * Runs all layers.
   *
   * @param input tokens [T,I] with mask and mode. Not modified; x must not change until the backward pass is done.
   * @throws IllegalArgumentException if x is closed or does not fit the first layer
   */
  public Pass forward(TokenBatch input) {
    PassArrays.requireInputs(NAME, parameters, input.x());
    Arena.Scope scope = arena.open("the pass of " + NAME);
    try {
      return new Pass(input, scope);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /**
   * One pass with its backward. {@link #close} returns its memory; so does the backward, and an evaluation at the end
   * of {@code forward}. Used by one thread at a time.
   */
  public final class Pass implements AutoCloseable {
    private final List<TokenLayer.Pass> passes = new ArrayList<>();
    private final List<INDArray> inputs = new ArrayList<>();
    private final List<MoePass> moe = new ArrayList<>();
    private final INDArray y;
    private final Arena.Scope scope;
    private final PassGuard guard;

    private Pass(TokenBatch input, Arena.Scope scope) {
      this.scope = scope;
      TokenBatch next = input;
      for (TokenLayer layer : layers.values()) {
        TokenLayer.Pass pass = layer.forward(next, scope);
        passes.add(pass);
        inputs.add(next.x());
        moe.addAll(pass.moe());
        next = next.withX(pass.y());
      }
      this.y = Allocate.copy(next.x());
      this.guard = new PassGuard(NAME, Sequential.this, input, scope);
    }

    /** Outputs [T,O], owned by the caller. */
    public INDArray y() {
      return y;
    }

    /** The passes of all Mixture-of-Experts layers, first layer first. */
    public List<MoePass> moe() {
      return List.copyOf(moe);
    }

    /**
     * Runs the backward pass, once.
     *
     * @param dy [T,O]. Not modified.
     * @param into gradients named like the parameters. Modified: the result is added.
     * @throws IllegalStateException if it ran before, after close or an evaluation, or after x or a parameter was
     *     changed
     */
    public void backward(INDArray dy, Gradients into) {
      guard.requireOpen("backward");
      Require.usable("dy", dy, NAME);
      Require.shape("dy", dy, y.shape());
      Require.type("dy", dy, y.dataType());
      PassArrays.requireGradients(NAME, parameters, into);
      guard.backward(() -> pullBack(dy, into));
    }

    private void pullBack(INDArray dy, Gradients into) {
      List<String> names = List.copyOf(layers.keySet());
      INDArray upstream = dy;
      for (int i = passes.size() - 1; i >= 0; i--) {
        INDArray dx = scope.takeZeros(dy.dataType(), inputs.get(i).shape());
        passes.get(i).backward(upstream, dx, into.part(names.get(i)));
        upstream = dx;
      }
    }

    @Override
    public void close() {
      guard.close();
    }
  }

  /** Collects layers; not thread-safe. */
  public static final class Builder {
    private final Map<String, TokenLayer> layers = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Adds a layer under a name not used yet; its inputs are the outputs of the one before.
     *
     * @throws IllegalArgumentException if the name is used already
     */
    public Builder add(String name, TokenLayer layer) {
      Require.that(layers.put(name, layer) == null, "layer %s must be given once", name);
      return this;
    }

    /**
     * The sequence.
     *
     * @throws IllegalArgumentException if there are no layers
     */
    public Sequential build() {
      Require.that(!layers.isEmpty(), "a sequence needs at least one layer but there is none");
      return new Sequential(new LinkedHashMap<>(layers));
    }
  }
}
