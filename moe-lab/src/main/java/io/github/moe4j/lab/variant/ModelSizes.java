package io.github.moe4j.lab.variant;

import io.github.moe4j.core.ExpertBias;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sizes of a model and its training.
 *
 * @param layer sizes of a feed-forward part
 * @param blocks feed-forward parts
 * @param steps optimizer steps of the whole run
 */
public record ModelSizes(LayerOptions layer, int blocks, int steps) {

  /** A new selection bias for each block, all zeros; controllers and routers share them. */
  public List<ExpertBias> newBiases(int experts) {
    return Stream.generate(() -> ExpertBias.zeros(experts)).limit(blocks).toList();
  }
}
