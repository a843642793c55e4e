package io.github.moe4j.lab;

import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import java.time.Duration;
import java.util.List;

/** Keeps nothing. */
final class NoStore implements LabStore<Trainer> {
  @Override
  public Duration saveEvery() {
    return OutputOptions.SAVE_EVERY;
  }

  @Override
  public List<ModelResult> finished() {
    return List.of();
  }

  @Override
  public void resume(Trainer training) {}

  @Override
  public void save(Trainer training) {}

  @Override
  public void write(LabResult result) {}

  @Override
  public void done(Trainer training) {}

  @Override
  public void trace(Trainer training) {}
}
