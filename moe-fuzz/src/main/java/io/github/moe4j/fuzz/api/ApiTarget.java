package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Experts;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.fuzz.FuzzTarget;
import io.github.moe4j.fuzz.Tally;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * Sequences of calls on a random layer: passes in all modes, right and wrong arguments, losses, controllers, optimizer and
 * saved state, in any order. Outputs and gradients are compared with naive references, and what is refused must have
 * changed nothing.
 */
public final class ApiTarget implements FuzzTarget {
  private static final int LEAST_STEPS = 12;
  private static final int MORE_STEPS = 48;

  private final UnaryOperator<Experts> change;

  private ApiTarget(UnaryOperator<Experts> change) {
    this.change = change;
  }

  /** Sequences over the library as it is. */
  public static ApiTarget create() {
    return new ApiTarget(UnaryOperator.identity());
  }

  /**
   * Sequences over layers with changed experts, to test that a fault of theirs is found.
   *
   * @param change applied to the experts of each layer
   */
  public static ApiTarget over(UnaryOperator<Experts> change) {
    return new ApiTarget(change);
  }

  @Override
  public String name() {
    return "api";
  }

  @Override
  public String unit() {
    return "calls";
  }

  @Override
  public void run(SplittableRandom random, Tally tally) {
    Calls calls = new Calls(tally);
    RandomLayer layer = RandomLayer.draw(random, calls, change);
    try {
      run(new Sequence(random, calls, layer));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(e.getMessage() + " in a layer of " + layer.describe(), e);
    }
  }

  private static void run(Sequence sequence) {
    PassSteps passes = new PassSteps(sequence);
    List<Runnable> steps = List.of(
        passes::forward,
        passes::forward,
        passes::forward,
        passes::backward,
        passes::backward,
        passes::close,
        passes::read,
        new InputRefusals(sequence)::run,
        new OutputRefusals(sequence)::run,
        new BackwardRefusals(sequence)::run,
        new BackwardRefusals(sequence)::run,
        new WorkspaceSteps(sequence)::run,
        new CallerSteps(sequence)::run,
        new BalanceSteps(sequence)::run,
        new StateSteps(sequence)::run);
    int count = LEAST_STEPS + sequence.random().nextInt(MORE_STEPS);
    for (int i = 0; i < count; i++) {
      Draw.of(sequence.random(), steps).run();
    }
    new ClosedParameter(sequence).run();
    sequence.close();
  }
}
