package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.variant.Variant;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Stores results and training state, so that a run can be resumed. */
interface LabStore {
  /** Finished models. */
  List<ModelResult> finished();

  /** The saved state of this training, if there is one. */
  Optional<Checkpoint> underWay(Variant variant, long seed);

  /** Saves the state of the current training, in place of an older one. */
  void save(Variant variant, long seed, Checkpoint.Builder state) throws IOException;

  /** Writes all results so far; called after each model and at the end. */
  void write(LabResult result) throws IOException;

  /** Deletes the state of the current training, whose result is written. */
  void done() throws IOException;

  /** Records the routing decisions of a trained model, if requested. */
  void trace(Trainer trainer, Variant variant, long seed) throws IOException;
}
