package io.github.moe4j.core.experts.quantized;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** Three experts in a cache that has room for two: hits, misses and bytes are those of some order of the calls. */
@Param(name = "expert", gen = IntGen.class, conf = "0:2")
public class ExpertCacheModel {
  private final ExpertCache cache = new ExpertCache(2, FakeNetwork::new);

  /** Takes an expert; returns whether it was in memory. */
  @Operation
  public boolean get(@Param(name = "expert") int expert) {
    CacheUses uses = new CacheUses();
    FakeNetwork network = (FakeNetwork) cache.get(expert, uses);
    if (network.expert() != expert) {
      throw new IllegalStateException(network + " is not expert " + expert);
    }
    return uses.hits() == 1;
  }

  /** Bytes in memory. */
  @Operation
  public long bytes() {
    return cache.bytes();
  }
}
