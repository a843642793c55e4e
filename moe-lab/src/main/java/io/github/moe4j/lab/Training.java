package io.github.moe4j.lab;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.report.RankUse;
import io.github.moe4j.lab.variant.Variant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The training of one variant: its steps, its curves and its result. How a step is made is that of the subclass. */
abstract class Training {
  static final double MAX_NORM = 1;

  /**
   * Windows of held-out text, the same at each point of the curve, spread evenly. Of the default text they are a
   * sixth: two models' difference on them is within 0.003 bits per byte of that on all of it, a figure within 0.01;
   * on 96 windows it would be 0.007 and 0.08. One evaluation costs about 1.5 % of a default training.
   */
  static final int HELD_OUT_WINDOWS = 768;

  private static final int CURVE_POINTS = 10;

  private final Variant variant;
  private final LabOptions options;
  private final TrainingLog log = new TrainingLog();
  private final SmoothedLoss shownLoss = new SmoothedLoss();

  /** Of the model at the last point of the curve; null before the first. */
  private HeldOutText.@Nullable Evaluation lastEvaluation;

  private int step;

  Training(Variant variant, LabOptions options) {
    this.variant = variant;
    this.options = options;
  }

  /** One optimizer step, with its measurements in the log; returns the loss in bits per byte. */
  abstract double trainStep();

  /** Evaluates the model in its current state on held-out text. */
  abstract HeldOutText.Evaluation evaluate();

  abstract ParameterCounts parameters();

  /** What each rank did; empty for a training in one process. */
  abstract List<RankUse> ranks();

  /** Whether the condition holds for any of those who train the model: they must do the same next. */
  abstract boolean holds(boolean here);

  /**
   * Writes a trace of the model's current decisions on held-out text; nothing if it has no
   * router. The passes are those of an evaluation, one after another so that the file is the same
   * each time.
   */
  abstract void trace(Path file) throws IOException;

  /**
   * Trains until all steps are done or {@code stop} is true.
   *
   * @param afterStep called after every step, where the state can be saved
   * @return total number of steps done
   */
  public final int train(BooleanSupplier stop, Progress progress, Runnable afterStep) {
    int interval = (options.steps() + CURVE_POINTS - 1) / CURVE_POINTS;
    while (step < options.steps() && !holds(stop.getAsBoolean())) {
      double bits = shownLoss.add(trainStep());
      step++;
      progress.step(String.format(Locale.ROOT, "%s %.3f bits/byte", variant.name(), bits));
      if (step % interval == 0 || step == options.steps()) {
        addPoint();
      }
      afterStep.run();
    }
    return step;
  }

  private HeldOutText.Evaluation addPoint() {
    HeldOutText.Evaluation evaluation = evaluate();
    log.point(step, evaluation.bitsPerByte());
    lastEvaluation = evaluation;
    return evaluation;
  }

  final Variant variant() {
    return variant;
  }

  final LabOptions options() {
    return options;
  }

  final TrainingLog log() {
    return log;
  }

  /** Steps done. */
  final int steps() {
    return step;
  }

  /**
   * Continues after some steps, in a state that was restored.
   *
   * @throws IllegalArgumentException if the run has fewer steps, or the log has others
   */
  final void continueAt(long steps) {
    Require.that(
        steps >= 0 && steps <= options.steps(),
        "step must be in [0, %d], the steps of the run, but was %d",
        options.steps(),
        steps);
    log.requireAt((int) steps);
    step = (int) steps;
    lastEvaluation = null;
  }

  /** The result; figures of held-out text are those of the last point of the curve. */
  final ModelResult result() {
    HeldOutText.Evaluation all = lastEvaluation;
    if (log.stepsSincePoint() > 0) {
      all = addPoint();
    } else if (all == null) {
      all = evaluate();
    }
    UseCounter use = all.use();
    ParameterCounts parameters = parameters();
    return new ModelResult(
        variant.name(),
        options.seed(),
        variant.description(),
        variant.parts(),
        parameters.all(),
        parameters.active(use),
        all.bitsPerByte(),
        options.tokensPerStep() / log.secondsPerStep(),
        log.shares(),
        log.curve(),
        use.result(log.load(), all.text()),
        ranks());
  }
}
