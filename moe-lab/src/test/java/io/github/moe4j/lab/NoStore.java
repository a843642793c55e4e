package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.variant.Variant;
import java.util.List;
import java.util.Optional;

/** Keeps nothing. */
final class NoStore implements LabStore {
  @Override
  public List<ModelResult> finished() {
    return List.of();
  }

  @Override
  public Optional<Checkpoint> underWay(Variant variant, long seed) {
    return Optional.empty();
  }

  @Override
  public void save(Variant variant, long seed, Checkpoint.Builder state) {}

  @Override
  public void write(LabResult result) {}

  @Override
  public void done() {}

  @Override
  public void trace(Trainer trainer, Variant variant, long seed) {}
}
