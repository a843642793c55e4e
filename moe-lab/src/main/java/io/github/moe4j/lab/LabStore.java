package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.variant.Variant;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where the lab keeps what it has done, so that it can go on later. */
interface LabStore {
  /** Models that are done. */
  List<ModelResult> finished();

  /** The state of a model's training that was left, if it is this one's. */
  Optional<Checkpoint> underWay(Variant variant, long seed);

  /** Keeps the state of the training under way, instead of an older one. */
  void save(Variant variant, long seed, Checkpoint.Builder state) throws IOException;

  /** Writes all results so far; called after each model and at the end. */
  void write(LabResult result) throws IOException;

  /** The training under way is done and its result written: its state is not needed any more. */
  void done() throws IOException;

  /** Records the routing decisions of a trained model, if requested. */
  void trace(Trainer trainer, Variant variant, long seed) throws IOException;
}
