package io.github.moe4j.bench.lab;

import java.util.function.Function;

/**
 * One way to build and train the feed-forward parts of the lab's model.
 *
 * @param name short name, as on the command line
 * @param description one plain sentence
 * @param recipe starts a new model of given sizes
 */
public record Contender(String name, String description, Function<LayerOptions, Recipe> recipe) {}
