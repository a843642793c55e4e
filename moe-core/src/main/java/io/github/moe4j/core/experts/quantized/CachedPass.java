package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass with packed experts, of which no more than fill the budget are held at a time.
 *
 * @param cache the experts in memory
 * @param budget of bytes
 * @param x the rows [R,D]
 * @param y their outputs [R,D]
 * @param times of the pass
 * @param uses Modified: those of the pass are counted.
 */
record CachedPass(
    ExpertCache cache, long budget, ExpertRows x, ExpertRows y, BlockTimes times, CacheUses uses) {
  void run(int[] start, Arena.Scope scope) {
    int experts = start.length - 1;
    int[] part = new int[start.length];
    int count = 0;
    long held = 0;
    @Nullable QuantizedNetwork networks = null;
    for (int e = 0; e < experts; e++) {
      if (start[e] == start[e + 1]) {
        continue;
      }
      QuantizedNetwork next = cache.get(e, uses);
      networks = networks == null ? next : networks.then(next);
      part[count++] = start[e];
      part[count] = start[e + 1];
      held += next.bytes();
      if (held >= budget) {
        networks.run(x, y, Arrays.copyOf(part, count + 1), scope, times);
        networks = null;
        count = 0;
        held = 0;
      }
    }
    if (networks != null) {
      networks.run(x, y, Arrays.copyOf(part, count + 1), scope, times);
    }
  }
}
