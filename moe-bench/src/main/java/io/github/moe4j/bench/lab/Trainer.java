package io.github.moe4j.bench.lab;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.bench.Progress;
import io.github.moe4j.bench.lab.balance.Balancing;
import io.github.moe4j.bench.lab.report.CurvePoint;
import io.github.moe4j.bench.lab.report.LoadPoint;
import io.github.moe4j.bench.lab.report.ModelResult;
import io.github.moe4j.bench.lab.report.StageShares;
import io.github.moe4j.bench.lab.text.Batch;
import io.github.moe4j.bench.lab.text.Split;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.training.Optimizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;

/** Trains one contender and measures it. All contenders see the same batches in the same order. */
public final class Trainer {
  private static final double MAX_NORM = 1;
  private static final int CURVE_POINTS = 12;
  private static final int CURVE_WINDOWS = 96;
  private static final int FINAL_WINDOWS = 768;

  private final Contender contender;
  private final LabOptions options;
  private final Split split;
  private final Balancing balancing;
  private final ByteLanguageModel model;
  private final Optimizer optimizer;
  private final Workers workers;
  private final HeldOutText heldOutText;
  private final List<Gradients> gradients = new ArrayList<>();

  private final List<CurvePoint> curve = new ArrayList<>();
  private final List<LoadPoint> load = new ArrayList<>();
  private final List<Long> stepNanos = new ArrayList<>();
  private StageTimes stages = StageTimes.zero();
  private long workNanos;
  private final List<LoadStatistics> loadSincePoint = new ArrayList<>();
  private double bitsSincePoint;

  /**
   * A new model with what trains it; nothing is trained yet.
   *
   * @param split text to train on and held-out text
   * @param workers run the shards of a step and the parts of an evaluation
   */
  public Trainer(Contender contender, LabOptions options, Split split, Workers workers) {
    this.contender = contender;
    this.options = options;
    this.split = split;
    Recipe recipe = contender.recipe().apply(options.layer());
    this.balancing = recipe.balancing();
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
    this.heldOutText = new HeldOutText(model, options, split, workers);
    for (int i = 0; i < options.shards(); i++) {
      gradients.add(model.parameters().zeroGradients());
    }
  }

  /**
   * Trains until all steps are done or {@code stop} says so.
   *
   * @return steps done
   */
  public int train(BooleanSupplier stop, Progress progress) {
    SplittableRandom batches = new SplittableRandom(options.seed());
    SplittableRandom noise = batches.split();
    int interval = (options.steps() + CURVE_POINTS - 1) / CURVE_POINTS;
    int step = 0;
    int sincePoint = 0;
    while (step < options.steps() && !stop.getAsBoolean()) {
      Batch batch =
          split.train().batch(batches, options.batch(), options.model().sequence());
      double bits = step(batch, noise, step);
      step++;
      sincePoint++;
      bitsSincePoint += bits;
      progress.step(String.format(Locale.ROOT, "%s %.3f bits/byte", contender.name(), bits));
      if (step % interval == 0) {
        addPoint(step, sincePoint);
        sincePoint = 0;
      }
    }
    if (sincePoint > 0) {
      addPoint(step, sincePoint);
    }
    return step;
  }

  /**
   * One optimiser step. Shards of the batch are micro-batches that run at the same time, each with
   * gradients of its own; capacity sees one shard, and so do most balance losses.
   */
  private double step(Batch batch, SplittableRandom noise, int step) {
    long start = System.nanoTime();
    int count = gradients.size();
    int rows = batch.rows() / count;
    List<SplittableRandom> noises = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      noises.add(noise.split());
    }
    Shard[] begun = new Shard[count];
    List<Shard> shards;
    List<List<RouterDecision>> decisions;
    long balanceNanos = 0;
    try {
      shards = workers.map(
          count,
          i -> begun[i] = new Shard(model, batch.slice(i * rows, (i + 1) * rows), noises.get(i)));
      decisions = shards.stream().map(Shard::decisions).toList();
      long forward = System.nanoTime();
      // A dense model has no layers to balance.
      List<LossValue> losses =
          decisions.get(0).isEmpty() ? List.of() : balancing.losses(decisions, step);
      balanceNanos = System.nanoTime() - forward;
      workers.map(count, i -> {
        shards.get(i).backward(losses.isEmpty() ? null : losses.get(i), gradients.get(i));
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
    balancing.step(decisions);
    long end = System.nanoTime();
    stepNanos.add(end - start);
    workNanos += (end - update + balanceNanos) * count;
    double bits = 0;
    for (Shard shard : shards) {
      bits += shard.bitsPerByte() / count;
      stages = stages.plus(shard.stages());
      workNanos += shard.nanos();
      shard.load().ifPresent(loadSincePoint::add);
    }
    return bits;
  }

  /** Adds a point to the curves: the mean of the last steps, and held-out text now. */
  private void addPoint(int step, int steps) {
    double validation = heldOutText.evaluate(CURVE_WINDOWS).bitsPerByte();
    curve.add(new CurvePoint(step, bitsSincePoint / steps, validation));
    bitsSincePoint = 0;
    loadSincePoint.stream()
        .reduce(LoadStatistics::plus)
        .ifPresent(sum -> load.add(
            new LoadPoint(step, shares(sum.kept()), sum.routingEntropy(), sum.droppedShare())));
    loadSincePoint.clear();
  }

  private static double[] shares(long[] counts) {
    long sum = Math.max(1, Arrays.stream(counts).sum());
    return Arrays.stream(counts).mapToDouble(n -> (double) n / sum).toArray();
  }

  /**
   * What a model makes of held-out text.
   *
   * @param bitsPerByte loss
   * @param load what the experts of each layer did
   */
  public record HeldOut(double bitsPerByte, List<LoadStatistics> load) {}

  /** Evaluates the model as it is now on held-out text. */
  public HeldOut heldOut() {
    HeldOutText.Evaluation all = heldOutText.evaluate(FINAL_WINDOWS);
    return new HeldOut(all.bitsPerByte(), all.use().load());
  }

  /**
   * Writes a trace of what the model as it is now decides on held-out text; nothing if it has no
   * router. The passes are those of {@link #heldOut}, one after another so that the file is the same
   * each time.
   *
   * @param folder gets a file with the name of the contender
   */
  void trace(Path folder) throws IOException {
    heldOutText.trace(FINAL_WINDOWS, folder.resolve(contender.name() + ".trace"));
  }

  /** Evaluates the model as it is now on held-out text and puts all figures together. */
  ModelResult result() {
    HeldOutText.Evaluation all = heldOutText.evaluate(FINAL_WINDOWS);
    UseCounter use = all.use();
    // A dense model has no stages to tell apart.
    double work = stages.total() == 0 ? 0 : workNanos;
    long[] sorted = stepNanos.stream().mapToLong(Long::longValue).sorted().toArray();
    double median = sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2] / 1e9;
    return new ModelResult(
        contender.name(),
        options.seed(),
        contender.description(),
        List.of(),
        model.parameters().count(),
        activeParameters(use),
        all.bitsPerByte(),
        options.tokensPerStep() / median,
        StageShares.of(
            stages.route(),
            stages.plan() + stages.gather(),
            stages.experts(),
            stages.combine(),
            work),
        curve,
        use.result(load));
  }

  private long activeParameters(UseCounter use) {
    long[] sum = {0, 0};
    model
        .parameters()
        .forEach((name, array) -> sum[name.contains(".experts.") ? 1 : 0] += array.length());
    return sum[0] + Math.round(sum[1] * use.choices() / options.layer().experts());
  }
}
