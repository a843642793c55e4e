package io.github.moe4j.lab;

import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.report.CurvePoint;
import io.github.moe4j.lab.report.LoadPoint;
import io.github.moe4j.lab.report.StageShares;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The record of a training for the report: curves, load and times. */
final class TrainingLog implements Stateful {
  private final List<CurvePoint> curve = new ArrayList<>();
  private final List<LoadPoint> load = new ArrayList<>();
  private final List<Long> stepNanos = new ArrayList<>();
  private StageTimes stages = StageTimes.zero();
  private long workNanos;
  private double lossSincePoint;
  private int stepsSincePoint;
  private @Nullable LoadStatistics loadSincePoint;

  /** Adds the load of a pass; of each shard, before the step is done. */
  void passed(LoadStatistics pass) {
    loadSincePoint = loadSincePoint == null ? pass : loadSincePoint.plus(pass);
  }

  /**
   * Adds a step.
   *
   * @param loss training loss
   */
  void stepped(double loss) {
    lossSincePoint += loss;
    stepsSincePoint++;
  }

  /**
   * Adds the time of a step.
   *
   * @param nanos wall time
   * @param times of the stages of all layers, on all threads
   * @param work time of all that was done, on all threads
   */
  void timed(long nanos, StageTimes times, long work) {
    stepNanos.add(nanos);
    stages = stages.plus(times);
    workNanos += work;
  }

  /** Steps since the last point of the curve. */
  int stepsSincePoint() {
    return stepsSincePoint;
  }

  /** Adds a point to the curves: the mean of the steps since the last point, and the loss on held-out data. */
  void point(int step, double validationLoss) {
    curve.add(new CurvePoint(step, lossSincePoint / stepsSincePoint, validationLoss));
    LoadStatistics sum = loadSincePoint;
    if (sum != null) {
      load.add(new LoadPoint(step, shares(sum.kept()), sum.routingEntropy(), sum.droppedShare()));
    }
    lossSincePoint = 0;
    stepsSincePoint = 0;
    loadSincePoint = null;
  }

  private static double[] shares(long[] counts) {
    double sum = Math.max(1, Arrays.stream(counts).asDoubleStream().sum());
    return Arrays.stream(counts).mapToDouble(n -> n / sum).toArray();
  }

  List<CurvePoint> curve() {
    return curve;
  }

  List<LoadPoint> load() {
    return load;
  }

  /** Steps whose time is known. */
  int timedSteps() {
    return stepNanos.size();
  }

  /** Median time of a step in seconds; NaN before the first. */
  double secondsPerStep() {
    return Samples.median(stepNanos.stream().mapToDouble(nanos -> nanos / 1e9).toArray());
  }

  /** Shares of the stages; a dense model has none. */
  StageShares shares() {
    return StageShares.of(
        stages.route(),
        stages.plan() + stages.gather(),
        stages.experts(),
        stages.combine(),
        stages.total() == 0 ? 0 : workNanos);
  }

  @Override
  public void addTo(Checkpoint.Builder all, String prefix) {
    all.longs(
            prefix + ".curve.steps", curve.stream().mapToLong(CurvePoint::step).toArray())
        .doubles(
            prefix + ".curve.train",
            curve.stream().mapToDouble(CurvePoint::trainLoss).toArray())
        .doubles(
            prefix + ".curve.validation",
            curve.stream().mapToDouble(CurvePoint::validationLoss).toArray())
        .longs(prefix + ".points", load.size());
    for (int i = 0; i < load.size(); i++) {
      LoadPoint point = load.get(i);
      String name = prefix + ".point." + i;
      all.longs(name + ".step", point.step())
          .doubles(name + ".shares", point.shares())
          .doubles(name + ".rest", point.routingEntropy(), point.droppedShare());
    }
    all.longs(prefix + ".nanos", stepNanos.stream().mapToLong(Long::longValue).toArray())
        .longs(
            prefix + ".stages",
            stages.route(),
            stages.plan(),
            stages.gather(),
            stages.gemm(),
            stages.activation(),
            stages.combine(),
            stages.exchange(),
            workNanos)
        .longs(prefix + ".since.steps", stepsSincePoint)
        .doubles(prefix + ".since.loss", lossSincePoint);
    LoadStatistics since = loadSincePoint;
    if (since != null) {
      all.longs(prefix + ".since.assigned", since.assigned())
          .longs(prefix + ".since.kept", since.kept())
          .longs(prefix + ".since.tokens", since.tokens())
          .doubles(prefix + ".since.entropy", since.entropySum());
    }
  }

  @Override
  public void restore(Checkpoint saved, String prefix) {
    TrainingLog log = read(saved, prefix);
    curve.clear();
    curve.addAll(log.curve);
    load.clear();
    load.addAll(log.load);
    stepNanos.clear();
    stepNanos.addAll(log.stepNanos);
    stages = log.stages;
    workNanos = log.workNanos;
    lossSincePoint = log.lossSincePoint;
    stepsSincePoint = log.stepsSincePoint;
    loadSincePoint = log.loadSincePoint;
  }

  private static TrainingLog read(Checkpoint checkpoint, String prefix) {
    SavedNumbers saved = new SavedNumbers(checkpoint, prefix);
    TrainingLog log = new TrainingLog();
    int[] steps = saved.steps("curve.steps");
    double[] train = saved.numbers("curve.train", steps.length);
    double[] validation = saved.numbers("curve.validation", steps.length);
    for (int i = 0; i < steps.length; i++) {
      log.curve.add(new CurvePoint(steps[i], train[i], validation[i]));
    }
    int points = saved.step("points");
    for (int i = 0; i < points; i++) {
      SavedNumbers point = new SavedNumbers(checkpoint, prefix + ".point." + i);
      double[] rest = point.numbers("rest", 2);
      log.load.add(new LoadPoint(
          point.step("step"),
          checkpoint.doubles(prefix + ".point." + i + ".shares"),
          rest[0],
          rest[1]));
    }
    for (long nanos : saved.counts("nanos")) {
      log.stepNanos.add(nanos);
    }
    long[] s = saved.counts("stages", 8);
    log.stages = new StageTimes(s[0], s[1], s[2], s[3], s[4], s[5], s[6]);
    log.workNanos = s[7];
    log.stepsSincePoint = saved.step("since.steps");
    log.lossSincePoint = saved.numbers("since.loss", 1)[0];
    if (checkpoint.names().contains(prefix + ".since.assigned")) {
      log.loadSincePoint = LoadStatistics.of(
          saved.counts("since.assigned"),
          saved.counts("since.kept"),
          saved.count("since.tokens"),
          saved.numbers("since.entropy", 1)[0]);
    }
    return log;
  }

  /** Throws unless it can be the record of a training that has made some steps. */
  void requireAt(int steps) {
    int last = 0;
    for (CurvePoint point : curve) {
      Require.that(
          point.step() > last && point.step() <= steps,
          "points of the curve must be at rising steps up to %d but %d follows %d",
          steps,
          point.step(),
          last);
      last = point.step();
    }
    Require.that(
        stepsSincePoint == steps - last,
        "steps since the last point of the curve must be %d but were %d",
        steps - last,
        stepsSincePoint);
    requireLoadOf(curve.stream().map(CurvePoint::step).toList());
  }

  /** There are no points of the load in a dense model, else as many as of the curve. */
  private void requireLoadOf(List<Integer> steps) {
    List<Integer> ofLoad = load.stream().map(LoadPoint::step).toList();
    Require.that(
        ofLoad.isEmpty() || ofLoad.equals(steps),
        "points of the load must be at the steps of the curve, %s, but were at %s",
        steps,
        ofLoad);
    List<Integer> experts = new ArrayList<>(
        load.stream().map(point -> point.shares().length).distinct().toList());
    LoadStatistics since = loadSincePoint;
    if (since != null && !experts.contains(since.experts())) {
      experts.add(since.experts());
    }
    Require.that(experts.size() < 2, "loads must be of the same experts but are of %s", experts);
  }
}
