package io.github.moe4j.bench.lab.contender;

import io.github.moe4j.core.SelectionBias;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sizes of a model and its training.
 *
 * @param layer sizes of a feed-forward part
 * @param blocks feed-forward parts
 * @param steps optimiser steps of the whole run
 */
public record ModelSizes(LayerOptions layer, int blocks, int steps) {

  /** A new selection bias for each block, all zeros; controllers and routers share them. */
  public List<SelectionBias> newBiases(int experts) {
    return Stream.generate(() -> SelectionBias.zeros(experts)).limit(blocks).toList();
  }
}
