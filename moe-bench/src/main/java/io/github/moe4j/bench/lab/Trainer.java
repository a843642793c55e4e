package io.github.moe4j.bench.lab;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoeForward;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.training.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;

/** Trains one contender and measures it. All contenders see the same batches in the same order. */
final class Trainer {
  private static final double MAX_NORM = 1;
  private static final int CURVE_POINTS = 16;
  private static final int CURVE_WINDOWS = 128;
  private static final int FINAL_WINDOWS = 1024;

  private final Contender contender;
  private final LabOptions options;
  private final Split split;
  private final ByteLanguageModel model;
  private final Optimizer optimizer;
  private final Gradients gradients;

  private final List<CurvePoint> curve = new ArrayList<>();
  private final List<LoadPoint> load = new ArrayList<>();
  private final List<Long> stepNanos = new ArrayList<>();
  private StageTimes stages = StageTimes.zero();
  private final List<LoadStatistics> loadSincePoint = new ArrayList<>();
  private double bitsSincePoint;

  Trainer(Contender contender, LabOptions options, Split split) {
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
    this.gradients = model.parameters().zeroGradients();
  }

  /**
   * Trains until all steps are done or {@code stop} says so.
   *
   * @return steps done
   */
  int train(BooleanSupplier stop, Progress progress) {
    SplittableRandom batches = new SplittableRandom(options.seed());
    SplittableRandom noise = batches.split();
    int interval = Math.max(1, options.steps() / CURVE_POINTS);
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
      if (step % interval == 0 && step < options.steps()) {
        addPoint(step, sincePoint, bitsPerByte(CURVE_WINDOWS, new UseCounter(domains())));
        sincePoint = 0;
      }
    }
    if (sincePoint > 0) {
      addPoint(step, sincePoint, Double.NaN);
    }
    return step;
  }

  private double step(Batch batch, SplittableRandom noise) {
    long start = System.nanoTime();
    double bits;
    try (ByteLanguageModel.Pass pass = model.train(batch, noise)) {
      pass.backward(balance(pass.moe()), gradients);
      gradients.clipByGlobalNorm(MAX_NORM);
      optimizer.step(gradients);
      bits = pass.bitsPerByte();
      stepNanos.add(System.nanoTime() - start);
      for (MoeForward layer : pass.moe()) {
        stages = stages.plus(layer.times());
      }
      if (!pass.moe().isEmpty()) {
        loadSincePoint.add(pass.moe().get(pass.moe().size() - 1).load());
      }
    }
    return bits;
  }

  private List<RoutingGradient> balance(List<MoeForward> layers) {
    List<RouterDecision> decisions = layers.stream().map(MoeForward::decision).toList();
    List<RoutingGradient> sums =
        new ArrayList<>(Collections.nCopies(layers.size(), RoutingGradient.none()));
    for (BalanceLoss loss : contender.losses()) {
      LossValue value = loss.evaluate(decisions);
      for (int l = 0; l < sums.size(); l++) {
        sums.set(l, sums.get(l).plus(value.gradients().get(l)));
      }
    }
    return sums;
  }

  private void addPoint(int step, int steps, double validation) {
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
    double sum = 0;
    for (int from = 0; from < all.rows(); from += options.batch()) {
      Batch batch = all.slice(from, Math.min(all.rows(), from + options.batch()));
      try (ByteLanguageModel.Pass pass = model.evaluate(batch)) {
        sum += pass.bitsPerByte() * batch.rows();
        use.add(pass.moe(), batch);
      }
    }
    return sum / all.rows();
  }

  private int domains() {
    return split.train().domainNames().size();
  }

  /** Evaluates the model as it is now on held-out text and puts all figures together. */
  ModelResult result() {
    UseCounter use = new UseCounter(domains());
    double validation = bitsPerByte(FINAL_WINDOWS, use);
    if (!curve.isEmpty()) {
      CurvePoint last = curve.get(curve.size() - 1);
      curve.set(curve.size() - 1, new CurvePoint(last.step(), last.trainBitsPerByte(), validation));
    }
    // A dense model has no stages to tell apart.
    double stepSum =
        stages.total() == 0 ? 0 : stepNanos.stream().mapToLong(Long::longValue).sum();
    long[] sorted = stepNanos.stream().mapToLong(Long::longValue).sorted().toArray();
    double median = sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2] / 1e9;
    return new ModelResult(
        contender.name(),
        contender.description(),
        model.parameters().count(),
        activeParameters(use),
        validation,
        options.tokensPerStep() / median,
        StageShares.of(
            stages.route(), stages.dispatch(), stages.experts(), stages.combine(), stepSum),
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
