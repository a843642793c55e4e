package io.github.moe4j.lab.variant;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.lab.ranks.Spread;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sizes of a model and its training, and where its experts are.
 *
 * @param layer sizes of a feed-forward part
 * @param blocks feed-forward parts
 * @param steps optimizer steps of the whole run
 * @param spread where its experts are
 */
public record ModelSizes(LayerOptions layer, int blocks, int steps, Spread spread) {
  /** The same in one process. */
  public ModelSizes(LayerOptions layer, int blocks, int steps) {
    this(layer, blocks, steps, Spread.none());
  }

  /** The same with experts elsewhere. */
  public ModelSizes with(Spread newSpread) {
    return new ModelSizes(layer, blocks, steps, newSpread);
  }

  /** A new selection bias for each block, all zeros; controllers and routers share them. */
  public List<ExpertBias> newBiases(int experts) {
    return Stream.generate(() -> ExpertBias.zeros(experts)).limit(blocks).toList();
  }
}
