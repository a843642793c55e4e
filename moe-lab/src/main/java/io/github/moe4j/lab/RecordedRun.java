package io.github.moe4j.lab;

import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.report.ModelPart;
import io.github.moe4j.lab.report.ModelResult;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One model trained with one seed, as {@link LabRecorder} records it. Passes may be open or closed, and are not kept;
 * they are those of the model's sparse layers in one order. Figures of the report are means over these layers; the
 * load over time, specialization and co-activation are those of the last.
 *
 * <p>As a state of a {@code TrainingLoop} it is saved with the training: a resumed run has the curves of an
 * uninterrupted one. The counts of {@link #heldOut} are not saved.
 *
 * <p>Used by one thread at a time.
 */
public final class RecordedRun implements Stateful {
  private final String model;
  private final long seed;
  private final LongSupplier clock;
  private final TrainingLog log = new TrainingLog();
  private String description = "";
  private List<ModelPart> parts = List.of();
  private @Nullable ParameterCounts counts;
  private long givenTokens;
  private long tokens;
  private long step;
  private long evaluatedStep = -1;
  private double evaluatedLoss;

  /** Experts of each layer, known from the first passes on. */
  private long @Nullable [] experts;

  /** The end of the last step, unless an evaluation followed it. */
  private @Nullable Long since;

  private final LabelledUse use;

  RecordedRun(String model, long seed, List<String> labels, LongSupplier clock) {
    this.model = model;
    this.seed = seed;
    this.clock = clock;
    this.use = new LabelledUse(labels.size());
  }

  /**
   * Describes the model, for the report.
   *
   * @param sentence one plain sentence
   * @param of its parts, the router first
   */
  public RecordedRun describe(String sentence, ModelPart... of) {
    this.description = sentence;
    this.parts = List.of(of);
    return this;
  }

  /**
   * Counts the model's parameters; of those with a part {@code experts} in their name a token uses as many as it
   * chooses experts.
   *
   * @param all parameters of the model, not kept. Not modified.
   */
  public RecordedRun parameters(NamedArrays all) {
    this.counts = ParameterCounts.of(all);
    return this;
  }

  /**
   * The number of the model's parameters.
   *
   * @param others of the parts that process every token
   * @param experts of all routed experts
   * @throws IllegalArgumentException if one is below 0
   */
  public RecordedRun parameters(long others, long experts) {
    Require.that(
        others >= 0 && experts >= 0,
        "numbers of parameters must be at least 0 but were %d and %d",
        others,
        experts);
    this.counts = new ParameterCounts(others, experts);
    return this;
  }

  /**
   * Tokens of each call of {@link #trained}, for a model without sparse layers; else they are counted.
   *
   * @throws IllegalArgumentException if not above 0
   */
  public RecordedRun tokensPerStep(long number) {
    Require.that(number > 0, "tokensPerStep must be above 0 but was %d", number);
    this.givenTokens = number;
    return this;
  }

  /** {@link #trained(long, double, List)} of a model without sparse layers. */
  public void trained(long step, double loss) {
    trained(step, loss, List.of());
  }

  /**
   * Records a training step, after its backward, so that the times of all stages are known. The steps' time is that
   * from one call to the next, unless {@link #evaluated} or {@link #heldOut} lies between. Micro-batches of one step
   * are calls with the same step.
   *
   * @param step number of the step; never falls
   * @param loss training loss
   * @param passes of the sparse layers, in one order; empty without any
   * @throws IllegalArgumentException if the step falls, the loss is not finite, or the passes are of other layers
   *     than before; nothing is recorded then
   */
  public void trained(long step, double loss, List<MoePass> passes) {
    requireStep(step);
    requireFinite("the training loss", step, loss);
    List<LoadStatistics> loads = passes.stream().map(MoePass::load).toList();
    long[] layers = requireLayers(loads.stream().mapToLong(LoadStatistics::experts));
    long now = clock.getAsLong();
    experts = layers;
    this.step = step;
    if (!passes.isEmpty()) {
      log.passed(loads.get(loads.size() - 1));
    }
    log.stepped(loss);
    if (since != null) {
      StageTimes stages =
          passes.stream().map(MoePass::times).reduce(StageTimes.zero(), StageTimes::plus);
      log.timed(now - since, stages, now - since);
      tokens += loads.isEmpty() ? givenTokens : loads.get(0).tokens();
    }
    since = now;
    use.trained();
  }

  /**
   * Adds a point to the curves: the loss on held-out data, and the means of training since the previous point. The
   * last one is the figure of the table.
   *
   * @param step training steps done; above that of the previous point
   * @param loss on held-out data
   * @return {@code loss}
   * @throws IllegalArgumentException if the step does not rise or the loss is not finite; nothing is recorded then
   */
  public double evaluated(long step, double loss) {
    requireStep(step);
    Require.that(
        step > evaluatedStep,
        "steps evaluated must rise but %d follows %d in %s",
        step,
        evaluatedStep,
        this);
    requireFinite("the held-out loss", step, loss);
    this.step = step;
    log.point((int) step, loss);
    evaluatedStep = step;
    evaluatedLoss = loss;
    since = null;
    return loss;
  }

  /** {@link #heldOut(List, int[])} without labels. */
  public void heldOut(List<MoePass> passes) {
    count(passes, null);
  }

  /**
   * Counts expert usage on a batch of held-out data. Batches add up; the first after a training step
   * starts anew.
   *
   * @param passes of the sparse layers over the batch, in evaluation; if empty, nothing is counted
   * @param labels [T] label of each token of the last layer, or -1; those of padding are not read. Not modified.
   * @throws IllegalArgumentException if labels are out of range or not one a token, if they have no names, or the
   *     passes are of other layers than before; nothing is recorded then
   * @throws IllegalStateException if a pass was for inference, which keeps no decision
   */
  public void heldOut(List<MoePass> passes, int[] labels) {
    count(passes, labels);
  }

  private void count(List<MoePass> passes, int @Nullable [] labels) {
    List<RouterDecision> decisions = passes.stream().map(MoePass::decision).toList();
    long[] layers = requireLayers(decisions.stream().mapToLong(RouterDecision::experts));
    if (!passes.isEmpty()) {
      use.add(passes, labels, this);
      experts = layers;
    }
    since = null;
  }

  private void requireStep(long step) {
    Require.that(
        step >= this.step && step <= Integer.MAX_VALUE,
        "steps must not fall, from 0 to %d, but %d follows %d in %s",
        Integer.MAX_VALUE,
        step,
        this.step,
        this);
  }

  private void requireFinite(String name, long step, double loss) {
    Require.that(
        Double.isFinite(loss),
        "%s of step %d must be finite but was %s in %s",
        name,
        step,
        loss,
        this);
  }

  /** The numbers of experts; an error if they differ from those of earlier passes. */
  private long[] requireLayers(LongStream ofPasses) {
    long[] now = ofPasses.toArray();
    Require.that(
        experts == null || Arrays.equals(experts, now),
        "passes must be of layers with %s experts as before but were of %s in %s",
        Arrays.toString(experts),
        Arrays.toString(now),
        this);
    return now;
  }

  /** The recorded results. */
  ModelResult result() {
    requireState(evaluatedStep >= 0, "evaluated");
    requireState(experts == null || experts.length == 0 || use.counter().experts() > 0, "heldOut");
    ParameterCounts size = counts == null ? new ParameterCounts(0, 0) : counts;
    double perStep = log.timedSteps() == 0 ? 0 : (double) tokens / log.timedSteps();
    return new ModelResult(
        model,
        seed,
        description,
        parts,
        size.all(),
        size.active(use.counter()),
        evaluatedLoss,
        perStep == 0 ? Double.NaN : perStep / log.secondsPerStep(),
        log.shares(),
        log.curve(),
        use.counter().result(log.load(), List.of()));
  }

  private void requireState(boolean holds, String method) {
    if (!holds) {
      throw new IllegalStateException(
          "%s must be called before the report is written but was not for %s"
              .formatted(method, this));
    }
  }

  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    log.addTo(checkpoint, prefix + ".log");
    checkpoint
        .longs(prefix + ".steps", step, evaluatedStep, tokens)
        .doubles(prefix + ".loss", evaluatedLoss);
    if (experts != null) {
      checkpoint.longs(prefix + ".experts", experts);
    }
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    long[] steps = checkpoint.longs(prefix + ".steps");
    double[] loss = checkpoint.doubles(prefix + ".loss");
    Require.that(
        steps.length == 3 && loss.length == 1,
        "%s must have 3 steps and a loss but had %d and %d",
        prefix,
        steps.length,
        loss.length);
    long[] layers = checkpoint.names().contains(prefix + ".experts")
        ? checkpoint.longs(prefix + ".experts")
        : null;
    log.restore(checkpoint, prefix + ".log");
    step = steps[0];
    evaluatedStep = steps[1];
    tokens = steps[2];
    evaluatedLoss = loss[0];
    experts = layers;
    since = null;
    use.clear();
  }

  /** Such as {@code top-k, seed 1}. */
  @Override
  public String toString() {
    return model + ", seed " + seed;
  }
}
