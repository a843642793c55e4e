package io.github.moe4j.core.training;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A training loop: micro-batches, clipping, optimizer steps, validation and checkpoints; resumes bit-identically.
 *
 * <pre>{@code
 * TrainingLoop loop = TrainingLoop.builder(parameters, optimizer)
 *     .clipByGlobalNorm(1)
 *     .afterStep(balancer::step)
 *     .state("balancer", balancer)
 *     .state("data", random)
 *     .validate(100, () -> accuracyOnHeldOutData())
 *     .checkpoint(file, 500)
 *     .build();
 * loop.resume(); // if there is a checkpoint
 * loop.run(2000, (step, gradients) -> {
 *   … one micro-batch: forward, loss, backward into gradients; returns the loss …
 * });
 * loop.curve(); // the validation curve
 * }</pre>
 *
 * <p>A step is: all micro-batches, with gradients divided by their number, clipping, the optimizer, and the actions
 * after a step. All state that changes during training must be registered by {@code state}, such as the
 * generator that chooses data and draws noise: a resumed run is then bit-identical to an uninterrupted one.
 * Frozen parameters have no gradient here.
 *
 * <p>Used by one thread at a time.
 */
public final class TrainingLoop implements Stateful {
  private static final String PREFIX = "training";

  private final Optimizer optimizer;
  private final Gradients gradients;
  private final int microBatches;
  private final double maxNorm;
  private final List<Runnable> afterStep;
  private final @Nullable DoubleSupplier validation;
  private final long validationInterval;
  private final @Nullable Path file;
  private final long fileInterval;
  private final TrainingCurve curve = new TrainingCurve();
  private final Stateful state;

  private TrainingLoop(Builder builder) {
    this.optimizer = builder.optimizer;
    this.gradients = builder.parameters.zeroGradientsExcept(builder.frozen);
    this.microBatches = builder.microBatches;
    this.maxNorm = builder.maxNorm;
    this.afterStep = List.copyOf(builder.afterStep);
    this.validation = builder.validation;
    this.validationInterval = builder.validationInterval;
    this.file = builder.file;
    this.fileInterval = builder.fileInterval;
    Map<String, Stateful> parts = new LinkedHashMap<>();
    parts.put("model", new ModelState(builder.parameters));
    parts.put("optimizer", optimizer);
    parts.put("curve", curve);
    parts.put("state", Stateful.of(builder.states));
    this.state = Stateful.of(parts);
  }

  /** One micro-batch. */
  @FunctionalInterface
  public interface MicroBatch {
    /**
     * Runs forward and backward.
     *
     * @param step optimizer steps done before
     * @param gradients of the parameters. Modified: the result is added.
     * @return the loss
     */
    double run(long step, Gradients gradients);
  }

  /**
   * A point of the validation curve.
   *
   * @param step optimizer steps done
   * @param loss mean over the steps since the previous point
   * @param validation the validation result
   */
  public record Point(long step, double loss, double validation) {}

  /**
   * Starts a loop of one micro-batch a step.
   *
   * @param parameters of the whole model, which checkpoints save
   * @param optimizer of these parameters, or of those that are not frozen
   */
  public static Builder builder(NamedArrays parameters, Optimizer optimizer) {
    return new Builder(parameters, optimizer);
  }

  /** Steps done so far, those before a checkpoint included. */
  public long steps() {
    return optimizer.steps();
  }

  /** The points measured so far, those before a checkpoint included. */
  public List<Point> curve() {
    return curve.points();
  }

  /**
   * Trains until the total number of steps is {@code steps}; does nothing if it is reached already.
   *
   * @return {@link #curve}
   * @throws ArithmeticException if the loss or, where they are clipped, the gradients' norm is not finite; no
   *     parameter was changed by that step
   * @throws IOException if a checkpoint cannot be written
   */
  public List<Point> run(long steps, MicroBatch microBatch) throws IOException {
    while (steps() < steps) {
      step(microBatch);
      if (validation != null && (steps() % validationInterval == 0 || steps() == steps)) {
        curve.point(steps(), validation.getAsDouble());
      }
      if (file != null && (steps() % fileInterval == 0 || steps() == steps)) {
        Checkpoint.Builder all = Checkpoint.builder();
        addTo(all, PREFIX);
        all.save(file);
      }
    }
    return curve();
  }

  private void step(MicroBatch microBatch) {
    gradients.zero();
    double sum = 0;
    for (int i = 0; i < microBatches; i++) {
      double loss = microBatch.run(steps(), gradients);
      if (!Double.isFinite(loss)) {
        throw new ArithmeticException(
            "the loss of step " + steps() + " must be finite but was " + loss);
      }
      sum += loss;
    }
    if (microBatches > 1) {
      gradients.scale(1.0 / microBatches);
    }
    if (maxNorm < Double.POSITIVE_INFINITY) {
      gradients.clipByGlobalNorm(maxNorm);
    }
    optimizer.step(gradients);
    afterStep.forEach(Runnable::run);
    curve.add(sum / microBatches);
  }

  /** Adds parameters, optimizer, the curve, and the states by name. */
  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    state.addTo(checkpoint, prefix);
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    state.restore(checkpoint, prefix);
  }

  /**
   * Restores the checkpoint of {@link Builder#checkpoint}, if there is one.
   *
   * @return whether there was
   * @throws IllegalStateException if the builder was not given a checkpoint file
   */
  public boolean resume() throws IOException {
    if (file == null) {
      throw new IllegalStateException(
          "resume needs a checkpoint file, which was not set in the builder");
    }
    boolean there = !Files.notExists(file); // one that cannot be reached is an error of load
    if (there) {
      restore(Checkpoint.load(file), PREFIX);
    }
    return there;
  }

  /** Builds a loop; not thread-safe. */
  public static final class Builder {
    private final NamedArrays parameters;
    private final Optimizer optimizer;
    private final List<Runnable> afterStep = new ArrayList<>();
    private final Map<String, Stateful> states = new LinkedHashMap<>();
    private String[] frozen = {};
    private int microBatches = 1;
    private double maxNorm = Double.POSITIVE_INFINITY;
    private @Nullable DoubleSupplier validation;
    private long validationInterval;
    private @Nullable Path file;
    private long fileInterval;

    private Builder(NamedArrays parameters, Optimizer optimizer) {
      this.parameters = parameters;
      this.optimizer = optimizer;
    }

    /** Parts without gradients, as {@link NamedArrays#zeroGradientsExcept}. */
    public Builder frozen(String... parts) {
      this.frozen = parts.clone();
      return this;
    }

    /**
     * Micro-batches of a step; their gradients are averaged.
     *
     * @throws IllegalArgumentException if the number is not positive
     */
    public Builder microBatches(int number) {
      this.microBatches = Require.positive("microBatches", number);
      return this;
    }

    /**
     * Clips gradients to a global norm; by default nothing is clipped.
     *
     * @throws IllegalArgumentException if the norm is not positive
     */
    public Builder clipByGlobalNorm(double norm) {
      Require.that(norm > 0, "the norm must be above 0 but was %s", norm);
      this.maxNorm = norm;
      return this;
    }

    /** An action after each optimizer step, such as {@code balancer::step}; several run in the order of the calls. */
    public Builder afterStep(Runnable action) {
      afterStep.add(action);
      return this;
    }

    /**
     * State that checkpoints save with the model; each name once.
     *
     * @throws IllegalArgumentException if the name is used already
     */
    public Builder state(String name, Stateful state) {
      Require.that(states.putIfAbsent(name, state) == null, "state %s must be given once", name);
      return this;
    }

    /**
     * Measures after every {@code interval} steps and after the last of a run, such as a loss or accuracy on
     * held-out data. It must not change registered state.
     *
     * @throws IllegalArgumentException if the interval is not positive
     */
    public Builder validate(long interval, DoubleSupplier measure) {
      Require.that(interval > 0, "interval must be above 0 but was %d", interval);
      this.validationInterval = interval;
      this.validation = measure;
      return this;
    }

    /**
     * Saves to a file after every {@code interval} steps and after the last of a run, replacing it.
     *
     * @throws IllegalArgumentException if the interval is not positive
     */
    public Builder checkpoint(Path to, long interval) {
      Require.that(interval > 0, "interval must be above 0 but was %d", interval);
      this.file = to;
      this.fileInterval = interval;
      return this;
    }

    /** The loop. */
    public TrainingLoop build() {
      return new TrainingLoop(this);
    }
  }
}
