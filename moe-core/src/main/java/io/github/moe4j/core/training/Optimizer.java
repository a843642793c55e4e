package io.github.moe4j.core.training;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Applies one of ND4J's updaters (Adam, SGD, …) to named parameters.
 *
 * <pre>{@code
 * Optimizer optimizer = Optimizer.of(layer.parameters(), new Adam(1e-3));
 * Gradients gradients = layer.parameters().zeroGradients();
 * for (…) {
 *   … backward passes of one or several micro-batches add into gradients …
 *   gradients.scale(1.0 / microBatches);
 *   gradients.clipByGlobalNorm(1.0);
 *   optimizer.step(gradients);
 * }
 * }</pre>
 *
 * <p>Holds the updater's state and the number of steps; used by one thread at a time, and not while
 * a pass over the parameters is running.
 */
public final class Optimizer implements Stateful {
  private final NamedArrays parameters;
  private final Map<String, GradientUpdater<?>> updaters = new LinkedHashMap<>();
  private final NamedArrays state;
  private final String kind;
  private int steps;

  private Optimizer(NamedArrays parameters, IUpdater config) {
    this.parameters = parameters;
    this.kind = config.getClass().getSimpleName();
    NamedArrays.Builder states = NamedArrays.builder();
    parameters.forEach((name, array) -> {
      long size = config.stateSize(array.length());
      INDArray view = size == 0 ? null : Allocate.zeros(array.dataType(), 1, size);
      if (view != null) {
        states.add(name, view);
      }
      updaters.put(name, instantiate(config, view));
    });
    this.state = states.build();
  }

  @SuppressWarnings("NullAway") // ND4J wants null where an updater has no state
  private static GradientUpdater<?> instantiate(IUpdater config, @Nullable INDArray view) {
    return config.clone().instantiate(view, true);
  }

  /**
   * An optimizer with fresh state.
   *
   * @param parameters the live parameters. Modified by {@link #step}.
   * @param config an updater of ND4J with learning rate or schedule. Not modified.
   */
  public static Optimizer of(NamedArrays parameters, IUpdater config) {
    return new Optimizer(parameters, config);
  }

  /**
   * Changes every parameter by its gradient's update.
   *
   * @param gradients gradients of the same parameters. Modified: consumed, all zero afterwards.
   */
  public void step(Gradients gradients) {
    Require.that(
        gradients.names().equals(parameters.names()),
        "gradients must be of the parameters %s but were of %s",
        parameters.names(),
        gradients.names());
    state.requireUsable("the optimizer's state");
    PassArrays.requireGradients("the optimizer", parameters, gradients);
    updaters.forEach((name, updater) -> {
      INDArray gradient = gradients.get(name);
      INDArray row = gradient.reshape('c', 1, gradient.length());
      updater.applyUpdater(row, steps, 0);
      parameters.get(name).subi(gradient);
      gradient.assign(0);
    });
    steps++;
  }

  /** Number of steps taken. */
  public int steps() {
    return steps;
  }

  /** The updater's state by parameter name, each [1, n]; the live arrays. Empty for plain SGD. */
  public NamedArrays state() {
    return state;
  }

  /**
   * Adds the kind of updater, its state and the number of steps to a checkpoint. The updater's options,
   * such as its rate, are not saved: they are those that the restored optimizer is made with.
   */
  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint
        .text(prefix + ".updater", kind)
        .longs(prefix + ".steps", steps)
        .parameters(prefix + ".state", state);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The same kind of updater for parameters of the same names, sizes and types must have been saved.
   */
  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    String saved = checkpoint.text(prefix + ".updater");
    Require.that(saved.equals(kind), "%s.updater must be %s but was %s", prefix, kind, saved);
    long taken = checkpoint.number(prefix + ".steps");
    Require.that(
        taken >= 0 && taken <= Integer.MAX_VALUE,
        "%s.steps must be in [0, 2^31) but was %d",
        prefix,
        taken);
    checkpoint.into(prefix + ".state", state);
    steps = (int) taken;
  }
}
