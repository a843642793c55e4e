package io.github.moe4j.fuzz;

/**
 * How long a target is fuzzed.
 *
 * @param seed of the first case; the seeds of the others follow from it
 * @param units how many units at least, such as calls, unless the time is over before
 * @param seconds after which no case is begun
 */
public record FuzzOptions(long seed, long units, long seconds) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is below 1
   */
  public FuzzOptions {
    if (units < 1 || seconds < 1) {
      throw new IllegalArgumentException(
          "count and seconds must be at least 1 but were %d and %d".formatted(units, seconds));
    }
  }
}
