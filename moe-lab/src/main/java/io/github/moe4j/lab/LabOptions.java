package io.github.moe4j.lab;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.ranks.Spread;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.lab.variant.ModelSizes;

/**
 * All options that determine the results of a run, apart from its text and its variants.
 *
 * @param seed of text split, weights, batches and noise
 * @param steps optimizer steps of each model
 * @param batch sequences per step
 * @param learningRate peak of the schedule: linear warm-up, then a cosine down to a twentieth
 * @param validationShare share of each domain's lines that is held out
 * @param model sizes of the model
 * @param layer sizes of its feed-forward parts
 */
public record LabOptions(
    long seed,
    int steps,
    int batch,
    double learningRate,
    double validationShare,
    ModelOptions model,
    LayerOptions layer) {

  /** The default run. */
  public static final LabOptions DEFAULT = new LabOptions(
      1, 1000, 32, 3e-3, 0.1, new ModelOptions(96, 2, 1, 64), new LayerOptions(96, 128, 16, 2));

  /** Validates. */
  public LabOptions {
    Require.positive("steps", steps);
    Require.positive("batch", batch);
    Require.that(
        learningRate > 0 && learningRate < 1,
        "learning-rate must be above 0 and below 1 but was %s",
        learningRate);
    Require.that(
        model.width() == layer.width(),
        "model and layer must have one width but have %d and %d",
        model.width(),
        layer.width());
  }

  /** The same run with another seed. */
  LabOptions with(long newSeed) {
    return with(newSeed, steps);
  }

  /** The same run with another seed and length. */
  public LabOptions with(long newSeed, int newSteps) {
    return new LabOptions(newSeed, newSteps, batch, learningRate, validationShare, model, layer);
  }

  /** The sizes that a variant depends on. */
  ModelSizes sizes() {
    return new ModelSizes(layer, model.blocks(), steps);
  }

  /** The same with experts elsewhere. */
  ModelSizes sizes(Spread spread) {
    return sizes().with(spread);
  }

  /** Tokens of a training step. */
  int tokensPerStep() {
    return Math.multiplyExact(batch, model.sequence());
  }

  /** Shards of a step that run concurrently; the same on every machine. */
  int shards() {
    return batch % 2 == 0 ? 2 : 1;
  }
}
