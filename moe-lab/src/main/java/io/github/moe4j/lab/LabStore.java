package io.github.moe4j.lab;

import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Stores results and training state, so that a run can be resumed.
 *
 * @param <T> kind of the trainings
 */
interface LabStore<T extends Training> {
  /** How long after a save the state is saved again. */
  Duration saveEvery();

  /** Finished models. */
  List<ModelResult> finished();

  /** What the numbers of the run depend on because of how it was resumed, for the report; usually nothing. */
  default Map<String, String> environment() {
    return Map.of();
  }

  /** Restores the saved state of this training, if there is one. */
  void resume(T training) throws IOException;

  /** Saves the state of the current training, in place of an older one. */
  void save(T training) throws IOException;

  /** Writes all results so far; called after each model and at the end. */
  void write(LabResult result) throws IOException;

  /** Deletes the state of the current training, whose result is written. */
  void done(T training) throws IOException;

  /** Records the routing decisions of a trained model, if requested. */
  void trace(T training) throws IOException;
}
