package io.github.moe4j.core.experts.quantized;

/** How often experts of one pass were in memory. Not thread-safe. */
final class CacheUses {
  private int hits;
  private int misses;

  void count(boolean hit) {
    hits += hit ? 1 : 0;
    misses += hit ? 0 : 1;
  }

  int hits() {
    return hits;
  }

  int misses() {
    return misses;
  }
}
