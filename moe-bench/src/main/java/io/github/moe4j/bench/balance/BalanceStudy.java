package io.github.moe4j.bench.balance;

import io.github.moe4j.bench.StoppedException;
import io.github.moe4j.bench.Watch;
import io.github.moe4j.bench.lab.LabOptions;
import io.github.moe4j.bench.lab.Trainer;
import io.github.moe4j.bench.lab.Workers;
import io.github.moe4j.bench.lab.balance.Mechanism;
import io.github.moe4j.bench.lab.balance.Start;
import io.github.moe4j.bench.lab.balance.StudiedDevices;
import io.github.moe4j.bench.lab.text.Split;
import io.github.moe4j.core.LoadStatistics;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Trains the lab's model with one mechanism after another and measures load before and after. */
final class BalanceStudy {
  private final LabOptions options;
  private final Split split;
  private final Workers workers;
  private final Watch watch;

  BalanceStudy(LabOptions options, Split split, Workers workers, Watch watch) {
    this.options = options;
    this.split = split;
    this.workers = workers;
    this.watch = watch;
  }

  /** One run; the same options give the same numbers. It is left between two steps if asked. */
  StudyRow run(Mechanism mechanism, Start start) {
    watch.leaveIfAsked();
    Trainer trainer = new Trainer(StudiedModel.of(mechanism, start), options, split, workers);
    List<LoadStatistics> before = trainer.heldOut().load();
    if (trainer.train(watch, watch.progress(), () -> {}) < options.steps()) {
      throw new StoppedException();
    }
    Trainer.HeldOut heldOut = trainer.heldOut();
    List<LoadStatistics> after = heldOut.load();
    return new StudyRow(
        mechanism,
        start,
        worst(before, BalanceStudy::largestShareOfTokens),
        worst(before, load -> StudiedDevices.coefficientOfVariation(mechanism.evens(), load)),
        worst(after, load -> StudiedDevices.coefficientOfVariation(mechanism.evens(), load)),
        worst(after, LoadStatistics::mostLoadedOverMean),
        (int) worst(after, LoadStatistics::expertsWithoutTokens),
        heldOut.bitsPerByte());
  }

  private static double worst(
      List<LoadStatistics> layers, ToDoubleFunction<LoadStatistics> measure) {
    return layers.stream().mapToDouble(measure).max().orElseThrow();
  }

  private static double largestShareOfTokens(LoadStatistics load) {
    long most = Arrays.stream(load.assigned()).max().orElse(0);
    return (double) most / Math.max(1, load.tokens());
  }
}
