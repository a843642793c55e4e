package io.github.moe4j.lab.balance;

/**
 * Sizes of the layers to balance.
 *
 * @param experts E
 * @param width D
 * @param k choices per token
 */
public record BalancedSizes(int experts, int width, int k) {}
