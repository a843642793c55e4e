package io.github.moe4j.core.experts.quantized;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Packed experts within a budget of bytes; the one whose last use is longest ago goes first. Two callers who miss the same
 * expert at the same time pack it once. One that went stays usable for those who have it. Thread-safe.
 */
final class ExpertCache {
  private final long budget;
  private final IntFunction<QuantizedNetwork> packer;

  /** In the order of their last use. */
  private final Map<Integer, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private long bytes;

  /**
   * An empty cache.
   *
   * @param packer packs an expert; called by several threads for different experts
   */
  ExpertCache(long budget, IntFunction<QuantizedNetwork> packer) {
    this.budget = budget;
    this.packer = packer;
  }

  /** An expert that is in memory, or being packed by the thread that has its monitor. */
  private static final class Entry {
    private @Nullable QuantizedNetwork network;

    /** What is counted of it; guarded by the cache. */
    private long bytes;
  }

  /**
   * An expert, packed now if it is not in memory.
   *
   * @param uses Modified: this one is counted.
   */
  QuantizedNetwork get(int expert, CacheUses uses) {
    Entry entry;
    synchronized (this) {
      entry = entries.computeIfAbsent(expert, number -> new Entry());
    }
    synchronized (entry) {
      QuantizedNetwork packed = entry.network;
      uses.count(packed != null);
      if (packed == null) {
        packed = packer.apply(expert);
        entry.network = packed;
        keep(expert, packed.bytes());
      }
      return packed;
    }
  }

  /** Bytes of the experts in memory. */
  synchronized long bytes() {
    return bytes;
  }

  /**
   * Makes room for an expert, whose last use is now, at last by letting go of itself. Those that are being packed have no
   * bytes yet, so they stay.
   */
  private synchronized void keep(int expert, long packed) {
    Entry entry = Objects.requireNonNull(entries.get(expert));
    entry.bytes = packed;
    bytes += packed;
    Iterator<Entry> eldest = entries.values().iterator();
    while (bytes > budget && eldest.hasNext()) {
      Entry next = eldest.next();
      if (next.bytes > 0) {
        bytes -= next.bytes;
        eldest.remove();
      }
    }
  }
}
