package io.github.moe4j.core.training;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;

/** Parameters as state of a checkpoint. */
record ModelState(NamedArrays parameters) implements Stateful {
  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint.parameters(prefix, parameters);
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    checkpoint.into(prefix, parameters);
  }
}
