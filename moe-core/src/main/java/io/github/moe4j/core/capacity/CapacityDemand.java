package io.github.moe4j.core.capacity;

/**
 * The demand of a group of tokens, the batch or one sequence.
 *
 * @param tokens real tokens of the group
 * @param allTokens tokens of the group, padding included
 * @param assignments assignments of the group, {@code K·tokens} for top-k
 * @param largestLoad assignments of the expert with most of them
 * @param experts number of experts E
 * @param training whether the pass trains
 */
public record CapacityDemand(
    int tokens, int allTokens, int assignments, int largestLoad, int experts, boolean training) {}
