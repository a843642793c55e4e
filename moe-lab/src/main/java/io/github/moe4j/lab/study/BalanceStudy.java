package io.github.moe4j.lab.study;

import io.github.moe4j.cli.StoppedException;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.lab.LabOptions;
import io.github.moe4j.lab.Trainer;
import io.github.moe4j.lab.Workers;
import io.github.moe4j.lab.balance.InitialRouting;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.balance.StudiedDevices;
import io.github.moe4j.lab.text.Split;
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
  StudyRow run(Mechanism mechanism, InitialRouting start) {
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
        worst(before, load -> StudiedDevices.coefficientOfVariation(mechanism.balances(), load)),
        worst(after, load -> StudiedDevices.coefficientOfVariation(mechanism.balances(), load)),
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
