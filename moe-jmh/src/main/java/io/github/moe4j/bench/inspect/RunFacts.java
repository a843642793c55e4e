package io.github.moe4j.bench.inspect;

import io.github.moe4j.core.LoadStatistics;

/**
 * What became of random tokens in a block.
 *
 * @param tokens T
 * @param seed of the tokens
 * @param experts how the experts were held, such as {@code float32}
 * @param load assignments of each expert [E]
 * @param coefficientOfVariation of the load: 0 if it is balanced
 * @param dropped assignments that the capacity rule dropped
 * @param milliseconds of a forward pass, the median of the measured ones
 * @param tokensPerSecond at that time
 */
record RunFacts(
    int tokens,
    long seed,
    String experts,
    long[] load,
    double coefficientOfVariation,
    long dropped,
    double milliseconds,
    double tokensPerSecond) {
  static RunFacts of(int tokens, long seed, String experts, LoadStatistics load, double nanos) {
    return new RunFacts(
        tokens,
        seed,
        experts,
        load.assigned(),
        load.coefficientOfVariation(),
        load.dropped(),
        nanos / 1e6,
        tokens * 1e9 / nanos);
  }
}
