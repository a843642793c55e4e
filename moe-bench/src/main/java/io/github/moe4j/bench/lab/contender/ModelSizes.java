package io.github.moe4j.bench.lab.contender;

/**
 * Sizes of a model and its training.
 *
 * @param layer sizes of a feed-forward part
 * @param blocks feed-forward parts
 * @param steps optimiser steps of the whole run
 */
public record ModelSizes(LayerOptions layer, int blocks, int steps) {}
