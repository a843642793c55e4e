package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The state of a training in one process, in a file; errors name the file.
 *
 * @param file with it
 * @param state all of it
 * @param name of the model
 * @param seed of the training
 */
record SavedTraining(Path file, Checkpoint state, String name, long seed) {
  private static final String NAME = "run.name";
  private static final String SEED = "run.seed";
  private static final String STEPS = "run.steps";

  static void save(Trainer training, Path file) throws IOException {
    training
        .state()
        .text(NAME, training.variant().name())
        .longs(SEED, training.options().seed())
        .longs(STEPS, training.options().steps())
        .save(file);
  }

  /**
   * Reads one.
   *
   * @throws CheckpointException if it is damaged, or of another run
   */
  static SavedTraining load(Path file, Experiment experiment) throws IOException {
    Checkpoint state = Checkpoint.load(file);
    try {
      SavedTraining saved = new SavedTraining(file, state, state.text(NAME), state.number(SEED));
      saved.requireOf(experiment);
      return saved;
    } catch (IllegalArgumentException e) {
      throw refused(file, e);
    }
  }

  private void requireOf(Experiment experiment) {
    Require.that(
        experiment.has(name, seed),
        "it must be of a model of the run but is of %s with seed %d",
        Shown.of(name),
        seed);
    long steps = state.number(STEPS);
    Require.that(
        steps == experiment.options().steps(),
        "%s must be %d, those of the run, but was %d",
        STEPS,
        experiment.options().steps(),
        steps);
  }

  boolean isOf(String model, long ofSeed) {
    return name.equals(model) && seed == ofSeed;
  }

  /**
   * Continues a training of the same model and seed.
   *
   * @throws CheckpointException if an entry is missing or does not fit
   */
  void restore(Trainer training) throws IOException {
    try {
      training.restore(state);
    } catch (IllegalArgumentException e) {
      throw refused(file, e);
    }
  }

  private static CheckpointException refused(Path file, IllegalArgumentException e) {
    CheckpointException refused = new CheckpointException(file + ": " + e.getMessage());
    refused.initCause(e);
    return refused;
  }
}
