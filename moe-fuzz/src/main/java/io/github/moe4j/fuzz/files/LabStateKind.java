package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.lab.LabReading;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What an interrupted run of the lab leaves, as {@code lab --resume} reads it before it trains: the report so far and the
 * state of the model under way.
 *
 * @param right both files
 * @param run that they are of
 * @param lies about the state
 * @param scratch for a changed state
 */
record LabStateKind(Map<String, byte[]> right, LabReading run, CheckpointLies lies, Path scratch)
    implements FileKind {
  static LabStateKind create(Path folder) throws IOException {
    Path own = folder.resolve("lab");
    LabReading run = LabReading.interrupted(own);
    Map<String, byte[]> files = Folders.contents(own);
    files.keySet().retainAll(LabReading.files());
    return new LabStateKind(
        files,
        run,
        CheckpointLies.of(Checkpoint.load(own.resolve(LabReading.STATE))),
        folder.resolve(LabReading.STATE));
  }

  @Override
  public String name() {
    return "state";
  }

  @Override
  public byte[] changed(SplittableRandom random, String name, byte[] bytes) throws IOException {
    return name.equals(LabReading.STATE) && Draw.oneIn(random, 2)
        ? lies.next(random, scratch)
        : FileKind.super.changed(random, name, bytes);
  }

  /** Those of the state. */
  @Override
  public void repair(Map<String, byte[]> files, String damaged) {
    if (damaged.equals(LabReading.STATE)) {
      files.computeIfPresent(damaged, (name, bytes) -> CheckpointKind.repaired(bytes));
    }
  }

  @Override
  public void read(Path folder) throws IOException {
    run.resume(folder);
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof CheckpointException || e.getClass() == IllegalArgumentException.class;
  }
}
