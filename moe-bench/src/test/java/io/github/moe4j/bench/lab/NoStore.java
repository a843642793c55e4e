package io.github.moe4j.bench.lab;

import io.github.moe4j.bench.lab.contender.Contender;
import io.github.moe4j.bench.lab.report.LabResult;
import io.github.moe4j.bench.lab.report.ModelResult;
import io.github.moe4j.core.checkpoint.Checkpoint;
import java.util.List;
import java.util.Optional;

/** Keeps nothing. */
final class NoStore implements LabStore {
  @Override
  public List<ModelResult> finished() {
    return List.of();
  }

  @Override
  public Optional<Checkpoint> underWay(Contender contender, long seed) {
    return Optional.empty();
  }

  @Override
  public void save(Contender contender, long seed, Checkpoint.Builder state) {}

  @Override
  public void write(LabResult result) {}

  @Override
  public void done() {}

  @Override
  public void trace(Trainer trainer, Contender contender, long seed) {}
}
