package io.github.moe4j.lab.report;

/**
 * One training of a model.
 *
 * @param name of the model
 * @param seed of the training
 */
public record ModelRun(String name, long seed) {
  @Override
  public String toString() {
    return name + ", seed " + seed;
  }
}
