package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pass trains or evaluates, where its random numbers come from, and at which step.
 *
 * <p>Training draws noise and keeps what its backward needs. Evaluation is the deterministic function;
 * it keeps only its decision, so it has no backward unless it is {@link #differentiable}.
 * Inference is an evaluation that does not keep the decision either.
 */
public final class PassMode {
  private static final PassMode EVALUATION = new PassMode(false, false, true, null, 0);
  private static final PassMode INFERENCE = new PassMode(false, false, false, null, 0);
  private static final PassMode TRAINING = new PassMode(true, true, true, null, 0);

  private final boolean training;
  private final boolean differentiable;
  private final boolean keepsDecision;
  private final @Nullable RandomGenerator generator;
  private final long step;

  private PassMode(
      boolean training,
      boolean differentiable,
      boolean keepsDecision,
      @Nullable RandomGenerator generator,
      long step) {
    this.training = training;
    this.differentiable = differentiable;
    this.keepsDecision = keepsDecision;
    this.generator = generator;
    this.step = step;
  }

  /** Evaluation: no noise, and no backward. */
  public static PassMode evaluation() {
    return EVALUATION;
  }

  /**
   * Evaluation for its outputs only: the same bits, without the Java garbage of a decision. The pass of
   * a layer then has a load, but neither decision nor plan.
   */
  public static PassMode inference() {
    return INFERENCE;
  }

  /** Training without random numbers. */
  public static PassMode training() {
    return TRAINING;
  }

  /**
   * Training.
   *
   * @param randomness source of all noise. Modified: it is drawn from.
   */
  public static PassMode training(RandomGenerator randomness) {
    return new PassMode(true, true, true, randomness, 0);
  }

  /**
   * The same mode with a backward. For an evaluation these are the gradients of the deterministic
   * function, for attribution or comparison with another system; not for training, since evaluation
   * lacks its noise, dropout and capacity.
   */
  public PassMode differentiable() {
    return new PassMode(training, true, true, generator, step);
  }

  /**
   * The same mode at an optimizer step, which schedules such as that of a temperature read.
   *
   * @param newStep at least 0, which is where every mode starts
   * @throws IllegalArgumentException if the step is negative
   */
  public PassMode atStep(long newStep) {
    Require.that(newStep >= 0, "step must be at least 0 but was %d", newStep);
    return new PassMode(training, differentiable, keepsDecision, generator, newStep);
  }

  /** The optimizer step that schedules read. */
  public long step() {
    return step;
  }

  /** Whether the pass trains (noise, capacity of training) or evaluates. */
  public boolean isTraining() {
    return training;
  }

  /** Whether the pass keeps what a backward needs: in training, and if {@link #differentiable}. */
  public boolean isDifferentiable() {
    return differentiable;
  }

  /**
   * Whether the decision stays readable after the pass. If not, a router may allocate it in the
   * memory of the pass, as those of the library do: it can be read until the scope is closed.
   */
  public boolean keepsDecision() {
    return keepsDecision;
  }

  /**
   * The source of noise.
   *
   * @throws IllegalArgumentException if there is none; the message names {@code user}
   */
  public RandomGenerator requireGenerator(String user) {
    if (generator == null) {
      throw new IllegalArgumentException(
          user
              + " draws random numbers but there is no generator: use TokenBatch.training(x, generator)");
    }
    return generator;
  }

  /** Such as {@code training, step 3}. */
  @Override
  public String toString() {
    String kind = training ? "training" : keepsDecision ? "evaluation" : "inference";
    return kind
        + (differentiable && !training ? " with a backward" : "")
        + (step == 0 ? "" : ", step " + step);
  }
}
