package io.github.moe4j.models.layout;

/**
 * Sizes of the experts of a block.
 *
 * @param experts E
 * @param width D
 * @param hidden H
 */
record Sizes(int experts, int width, int hidden) {}
