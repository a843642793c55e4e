package io.github.moe4j.lab;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.cli.Progress;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.Recipe;
import io.github.moe4j.lab.variant.Variant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;

/** Trains one variant and measures it. All variants see the same batches in the same order. */
public final class Trainer {
  private static final double MAX_NORM = 1;
  private static final int CURVE_POINTS = 10;

  /**
   * Windows of held-out text, the same at each point of the curve, spread evenly. Of the default text they are a
   * sixth: two models' difference on them is within 0.003 bits per byte of that on all of it, a figure within 0.01;
   * on 96 windows it would be 0.007 and 0.08. One evaluation costs about 1.5 % of a default training.
   */
  private static final int HELD_OUT_WINDOWS = 768;

  private final Variant variant;
  private final LabOptions options;
  private final Split split;
  private final Balancer balancer;
  private final ByteLanguageModel model;
  private final Optimizer optimizer;
  private final Workers workers;
  private final HeldOutText heldOutText;
  private final List<Gradients> gradients = new ArrayList<>();
  private final RestorableRandom batches;
  private final RestorableRandom noise;
  private final TrainingLog log = new TrainingLog();
  private final SmoothedLoss shownLoss = new SmoothedLoss();

  /** Of the model at the last point of the curve; null before the first. */
  private HeldOutText.@Nullable Evaluation lastEvaluation;

  private int step;

  /**
   * A new model with its optimizer and balancer, untrained.
   *
   * @param split text to train on and held-out text
   * @param workers run the shards of a step and the parts of an evaluation
   */
  public Trainer(Variant variant, LabOptions options, Split split, Workers workers) {
    this.variant = variant;
    this.options = options;
    this.split = split;
    Recipe recipe = variant.recipe().apply(options.sizes());
    this.balancer = recipe.balancer();
    Arena arena = new Arena();
    SplittableRandom seeds = new SplittableRandom(options.seed());
    long modelSeed = seeds.nextLong();
    this.model = ByteLanguageModel.create(
        options.model(),
        block -> recipe.layers().create("block " + block, seeds.nextLong(), arena),
        DataType.FLOAT,
        modelSeed,
        arena);
    Adam adam = new Adam(options.learningRate());
    adam.setLrAndSchedule(Double.NaN, new WarmupCosine(options.learningRate(), options.steps()));
    this.optimizer = Optimizer.of(model.parameters(), adam);
    this.workers = workers;
    this.heldOutText = new HeldOutText(model, options, split, workers, HELD_OUT_WINDOWS);
    for (int i = 0; i < options.shards(); i++) {
      gradients.add(model.parameters().zeroGradients());
    }
    this.batches = RestorableRandom.ofSeed(options.seed());
    this.noise = batches.split();
  }

  /**
   * Trains until all steps are done or {@code stop} is true.
   *
   * @param afterStep called after every step, where the state can be saved
   * @return total number of steps done
   */
  public int train(BooleanSupplier stop, Progress progress, Runnable afterStep) {
    int interval = (options.steps() + CURVE_POINTS - 1) / CURVE_POINTS;
    while (step < options.steps() && !stop.getAsBoolean()) {
      double bits = shownLoss.add(trainStep());
      progress.step(String.format(Locale.ROOT, "%s %.3f bits/byte", variant.name(), bits));
      if (step % interval == 0 || step == options.steps()) {
        addPoint();
      }
      afterStep.run();
    }
    return step;
  }

  /**
   * One optimizer step. Shards of the batch are micro-batches that run concurrently, each with its own gradients;
   * capacity sees one shard, and so do most balance losses.
   */
  private double trainStep() {
    Batch batch = split.train().batch(batches, options.batch(), options.model().sequence());
    long start = System.nanoTime();
    int count = gradients.size();
    int rows = batch.rows() / count;
    List<RestorableRandom> noises = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      noises.add(noise.split());
    }
    Shard[] begun = new Shard[count];
    List<Shard> shards;
    long balanceNanos = 0;
    try {
      shards = workers.map(count, i -> {
        Batch part = batch.slice(i * rows, (i + 1) * rows);
        begun[i] = new Shard(model, part, noises.get(i), step);
        return begun[i];
      });
      long forward = System.nanoTime();
      balancer.balanceAll(shards.stream().map(Shard::layers).toList());
      balanceNanos = System.nanoTime() - forward;
      workers.map(count, i -> {
        shards.get(i).backward(gradients.get(i));
        return i;
      });
    } finally {
      Stream.of(begun).filter(Objects::nonNull).forEach(Shard::close);
    }
    long update = System.nanoTime();
    Gradients sum = gradients.get(0);
    for (Gradients other : gradients.subList(1, count)) {
      sum.add(other);
      other.zero();
    }
    sum.scale(1.0 / count);
    sum.clipByGlobalNorm(MAX_NORM);
    optimizer.step(sum);
    balancer.step();
    step++;
    long end = System.nanoTime();
    double bits = 0;
    StageTimes stages = StageTimes.zero();
    long work = (end - update + balanceNanos) * count;
    for (Shard shard : shards) {
      bits += shard.bitsPerByte() / count;
      stages = stages.plus(shard.stages());
      work += shard.nanos();
      shard.load().ifPresent(log::passed);
    }
    log.stepped(bits);
    log.timed(end - start, stages, work);
    return bits;
  }

  private void addPoint() {
    HeldOutText.Evaluation evaluation = heldOutText.evaluate();
    log.point(step, evaluation.bitsPerByte());
    lastEvaluation = evaluation;
  }

  /**
   * The result on held-out text.
   *
   * @param bitsPerByte loss
   * @param load what the experts of each layer did
   */
  public record HeldOut(double bitsPerByte, List<LoadStatistics> load) {}

  /** Evaluates the model in its current state on held-out text. */
  public HeldOut heldOut() {
    HeldOutText.Evaluation all = heldOutText.evaluate();
    return new HeldOut(all.bitsPerByte(), all.use().load());
  }

  /**
   * Writes a trace of the model's current decisions on held-out text; nothing if it has no
   * router. The passes are those of {@link #heldOut}, one after another so that the file is the same
   * each time.
   */
  void trace(Path file) throws IOException {
    heldOutText.trace(file);
  }

  /** The whole training state, from which training resumes with the same numbers. */
  Checkpoint.Builder state() {
    Checkpoint.Builder all = Checkpoint.builder().parameters("model", model.parameters());
    optimizer.addTo(all, "optimizer");
    balancer.addTo(all, "balance");
    batches.addTo(all, "batches");
    noise.addTo(all, "noise");
    log.addTo(all, "log");
    return all.longs("step", step);
  }

  /** Restores a {@link #state} of the same variant and options. */
  void restore(Checkpoint saved) {
    saved.into("model", model.parameters());
    optimizer.restore(saved, "optimizer");
    balancer.restore(saved, "balance");
    batches.restore(saved, "batches");
    noise.restore(saved, "noise");
    log.restore(saved, "log");
    lastEvaluation = null;
    step = Math.toIntExact(saved.number("step"));
  }

  /** Steps done. */
  int steps() {
    return step;
  }

  /** The result; figures of held-out text are those of the last point of the curve. */
  ModelResult result() {
    if (log.stepsSincePoint() > 0) {
      addPoint();
    }
    HeldOutText.Evaluation all = lastEvaluation == null ? heldOutText.evaluate() : lastEvaluation;
    UseCounter use = all.use();
    ParameterCounts parameters = ParameterCounts.of(model.parameters());
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
        use.result(log.load(), all.text()));
  }
}
