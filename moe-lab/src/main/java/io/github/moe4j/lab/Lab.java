package io.github.moe4j.lab;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.cli.Version;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.text.Scripts;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.Variant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Trains the same model with each variant and each seed, one after another.
 *
 * @param <T> kind of the trainings
 */
final class Lab<T extends Training> {
  private final Experiment experiment;
  private final Trainings<T> trainings;
  private final LabStore<T> store;
  private final BooleanSupplier stop;
  private final Progress progress;
  private final List<ModelResult> results;
  private final Split first;
  private final List<String> scripts;
  private long lastSave = System.nanoTime();

  /** Starts trainings. */
  @FunctionalInterface
  interface Trainings<T extends Training> {
    /** A new one, untrained. */
    T start(Variant variant, LabOptions options, Split split);
  }

  private Lab(
      Experiment experiment,
      Trainings<T> trainings,
      LabStore<T> store,
      BooleanSupplier stop,
      Progress progress) {
    this.experiment = experiment;
    this.trainings = trainings;
    this.store = store;
    this.stop = stop;
    this.progress = progress;
    this.results = new ArrayList<>(store.finished());
    this.first = experiment.split();
    this.scripts = Scripts.of(first).names();
  }

  /**
   * Trains the remaining models, or until {@code stop}; then the current model is evaluated in its unfinished
   * state, and that state is saved.
   */
  static LabResult run(
      Experiment experiment, LabStore<Trainer> store, BooleanSupplier stop, Progress progress)
      throws IOException {
    try (Workers workers = new Workers()) {
      Trainings<Trainer> trainings =
          (variant, options, split) -> new Trainer(variant, options, split, workers);
      return run(experiment, trainings, store, stop, progress);
    }
  }

  /** The same with trainings of another kind. */
  static <T extends Training> LabResult run(
      Experiment experiment,
      Trainings<T> trainings,
      LabStore<T> store,
      BooleanSupplier stop,
      Progress progress)
      throws IOException {
    return new Lab<>(experiment, trainings, store, stop, progress).run();
  }

  private LabResult run() throws IOException {
    progress.skip((long) results.size() * experiment.options().steps());
    if (results.isEmpty() || !store.environment().isEmpty()) {
      // A run that is killed at once can be resumed too, and what it was resumed with is known.
      store.write(result("%d of %d models".formatted(results.size(), experiment.runs())));
    }
    LabResult all = result(trainAll());
    store.write(all);
    return all;
  }

  /** Trains the remaining models; returns the progress if it was stopped, else nothing. */
  private String trainAll() throws IOException {
    for (long seed : experiment.seeds()) {
      LabOptions options = experiment.options().with(seed);
      Split split = experiment.corpus().split(seed, options.validationShare());
      for (Variant variant : experiment.variants()) {
        if (!isDone(variant, seed)) {
          int model = results.size() + 1;
          int steps = train(trainings.start(variant, options, split));
          if (steps < options.steps()) {
            return "%,d of %,d steps of %s, model %d of %d"
                .formatted(
                    steps,
                    options.steps(),
                    experiment.label(variant, seed),
                    model,
                    experiment.runs());
          }
        }
      }
    }
    return "";
  }

  private boolean isDone(Variant variant, long seed) {
    return results.stream().anyMatch(r -> r.name().equals(variant.name()) && r.seed() == seed);
  }

  /** Trains a model from the start or from its saved state, and adds its result. */
  private int train(T training) throws IOException {
    store.resume(training);
    progress.skip(training.steps());
    int total = experiment.options().steps();
    int steps = training.train(stop, progress, () -> saveNowAndThen(training));
    if (steps < total) {
      store.save(training);
    }
    if (steps > 0) {
      results.add(training.result());
    }
    if (steps == total) {
      store.trace(training);
      int runs = experiment.runs();
      store.write(
          result(results.size() < runs ? "%d of %d models".formatted(results.size(), runs) : ""));
      store.done(training);
    }
    return steps;
  }

  /** Saves the state from which a killed run resumes. */
  private void saveNowAndThen(T training) {
    if (training.holds(System.nanoTime() - lastSave >= store.saveEvery().toNanos())) {
      try {
        store.save(training);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      lastSave = System.nanoTime();
    }
  }

  /**
   * All results so far, those of one model together.
   *
   * @param left progress of an unfinished run; empty if finished
   */
  private LabResult result(String left) {
    List<String> names = experiment.variants().stream().map(Variant::name).toList();
    List<ModelResult> sorted = results.stream()
        .sorted(Comparator.<ModelResult>comparingInt(r -> names.indexOf(r.name()))
            .thenComparingInt(r -> experiment.seeds().indexOf(r.seed())))
        .toList();
    return new LabResult(
        "Router lab",
        null,
        Version.number(),
        left.isEmpty(),
        left,
        experiment.configuration(),
        environment(),
        "bits per byte",
        experiment.domainKind(),
        first.train().domainNames(),
        scripts,
        sorted);
  }

  private Map<String, String> environment() {
    Map<String, String> all = new LinkedHashMap<>(experiment.text(first));
    all.putAll(RunEnvironment.here());
    all.putAll(store.environment());
    return all;
  }
}
