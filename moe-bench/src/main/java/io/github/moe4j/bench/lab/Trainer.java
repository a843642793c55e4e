package io.github.moe4j.bench.lab;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.bench.lab.report.CurvePoint;
import io.github.moe4j.bench.lab.report.LoadPoint;
import io.github.moe4j.bench.lab.report.ModelResult;
import io.github.moe4j.bench.lab.report.StageShares;
import io.github.moe4j.bench.lab.text.Batch;
import io.github.moe4j.bench.lab.text.Split;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoeForward;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.training.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;

/** Trains one contender and measures it. All contenders see the same batches in the same order. */
final class Trainer {
  private static final double MAX_NORM = 1;
  private static final int CURVE_POINTS = 12;
  private static final int CURVE_WINDOWS = 96;
  private static final int FINAL_WINDOWS = 768;

  private final Contender contender;
  private final LabOptions options;
  private final Split split;
  private final ByteLanguageModel model;
  private final Optimizer optimizer;
  private final Workers workers;
  private final List<Gradients> gradients = new ArrayList<>();

  private final List<CurvePoint> curve = new ArrayList<>();
  private final List<LoadPoint> load = new ArrayList<>();
  private final List<Long> stepNanos = new ArrayList<>();
  private StageTimes stages = StageTimes.zero();
  private long workNanos;
  private final List<LoadStatistics> loadSincePoint = new ArrayList<>();
  private double bitsSincePoint;

  Trainer(Contender contender, LabOptions options, Split split, Workers workers) {
    this.contender = contender;
    this.options = options;
    this.split = split;
    Arena arena = new Arena();
    SplittableRandom seeds = new SplittableRandom(options.seed());
    long modelSeed = seeds.nextLong();
    this.model = ByteLanguageModel.create(
        options.model(),
        block -> contender.layer().create(options.layer(), seeds.nextLong(), arena),
        DataType.FLOAT,
        modelSeed,
        arena);
    Adam adam = new Adam(options.learningRate());
    adam.setLrAndSchedule(Double.NaN, new WarmupCosine(options.learningRate(), options.steps()));
    this.optimizer = Optimizer.of(model.parameters(), adam);
    this.workers = workers;
    for (int i = 0; i < options.shards(); i++) {
      gradients.add(model.parameters().zeroGradients());
    }
  }

  /**
   * Trains until all steps are done or {@code stop} says so.
   *
   * @return steps done
   */
  int train(BooleanSupplier stop, Progress progress) {
    SplittableRandom batches = new SplittableRandom(options.seed());
    SplittableRandom noise = batches.split();
    int interval = (options.steps() + CURVE_POINTS - 1) / CURVE_POINTS;
    int step = 0;
    int sincePoint = 0;
    while (step < options.steps() && !stop.getAsBoolean()) {
      Batch batch =
          split.train().batch(batches, options.batch(), options.model().sequence());
      double bits = step(batch, noise);
      step++;
      sincePoint++;
      bitsSincePoint += bits;
      progress.step(contender.name(), bits);
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
   * gradients of its own; capacity and balance losses see one shard.
   */
  private double step(Batch batch, SplittableRandom noise) {
    long start = System.nanoTime();
    int shards = gradients.size();
    int rows = batch.rows() / shards;
    List<SplittableRandom> noises = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      noises.add(noise.split());
    }
    List<Shard> done = workers.map(
        shards, i -> shard(batch.slice(i * rows, (i + 1) * rows), noises.get(i), gradients.get(i)));
    long update = System.nanoTime();
    Gradients sum = gradients.get(0);
    for (Gradients other : gradients.subList(1, shards)) {
      sum.add(other);
      other.zero();
    }
    sum.scale(1.0 / shards);
    sum.clipByGlobalNorm(MAX_NORM);
    optimizer.step(sum);
    long end = System.nanoTime();
    stepNanos.add(end - start);
    workNanos += (end - update) * shards;
    double bits = 0;
    for (Shard shard : done) {
      bits += shard.bitsPerByte() / shards;
      stages = stages.plus(shard.stages());
      workNanos += shard.nanos();
      shard.load().ifPresent(loadSincePoint::add);
    }
    return bits;
  }

  /** What one shard of a step came to; the load is that of the last layer. */
  private record Shard(
      double bitsPerByte, StageTimes stages, long nanos, Optional<LoadStatistics> load) {}

  private Shard shard(Batch batch, SplittableRandom noise, Gradients into) {
    long start = System.nanoTime();
    try (ByteLanguageModel.Pass pass = model.train(batch, noise)) {
      List<MoeForward> layers = pass.moe();
      addBalance(layers);
      pass.backward(into);
      StageTimes times =
          layers.stream().map(MoeForward::times).reduce(StageTimes.zero(), StageTimes::plus);
      Optional<LoadStatistics> last = layers.isEmpty()
          ? Optional.empty()
          : Optional.of(layers.get(layers.size() - 1).load());
      return new Shard(pass.bitsPerByte(), times, System.nanoTime() - start, last);
    }
  }

  private void addBalance(List<MoeForward> layers) {
    List<RouterDecision> decisions = layers.stream().map(MoeForward::decision).toList();
    for (BalanceLoss loss : contender.losses()) {
      LossValue value = loss.evaluate(decisions);
      for (int l = 0; l < layers.size(); l++) {
        layers.get(l).addBalance(value.gradients().get(l));
      }
    }
  }

  /** Adds a point to the curves: the mean of the last steps, and held-out text now. */
  private void addPoint(int step, int steps) {
    double validation = bitsPerByte(CURVE_WINDOWS, new UseCounter(domains()));
    curve.add(new CurvePoint(step, bitsSincePoint / steps, validation));
    bitsSincePoint = 0;
    loadSincePoint.stream()
        .reduce(LoadStatistics::plus)
        .ifPresent(sum -> load.add(new LoadPoint(step, shares(sum.kept()))));
    loadSincePoint.clear();
  }

  private static double[] shares(long[] counts) {
    long sum = Math.max(1, Arrays.stream(counts).sum());
    return Arrays.stream(counts).mapToDouble(n -> (double) n / sum).toArray();
  }

  private double bitsPerByte(int windows, UseCounter use) {
    Batch all = split.validation().windows(options.model().sequence(), windows);
    int rows = options.batch() / options.shards();
    int parts = (all.rows() + rows - 1) / rows;
    // Windows of one part come from all over the text, as in training: capacity depends on the mix.
    List<Evaluation> evaluations = workers.map(parts, i -> evaluate(all.every(i, parts)));
    double sum = 0;
    for (Evaluation part : evaluations) {
      sum += part.bits();
      use.add(part.use());
    }
    return sum / all.tokens().length;
  }

  /** What the model made of one batch: bits, not per byte. */
  private record Evaluation(double bits, UseCounter use) {}

  private Evaluation evaluate(Batch batch) {
    UseCounter use = new UseCounter(domains());
    try (ByteLanguageModel.Pass pass = model.evaluate(batch)) {
      use.add(pass.moe(), batch);
      return new Evaluation(pass.bitsPerByte() * batch.tokens().length, use);
    }
  }

  private int domains() {
    return split.train().domainNames().size();
  }

  /** Evaluates the model as it is now on held-out text and puts all figures together. */
  ModelResult result() {
    UseCounter use = new UseCounter(domains());
    double validation = bitsPerByte(FINAL_WINDOWS, use);
    // A dense model has no stages to tell apart.
    double work = stages.total() == 0 ? 0 : workNanos;
    long[] sorted = stepNanos.stream().mapToLong(Long::longValue).sorted().toArray();
    double median = sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2] / 1e9;
    return new ModelResult(
        contender.name(),
        contender.description(),
        model.parameters().count(),
        activeParameters(use),
        validation,
        options.tokensPerStep() / median,
        StageShares.of(stages.route(), stages.dispatch(), stages.experts(), stages.combine(), work),
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
