package io.github.moe4j.core.internal;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mode {@code -Dmoe4j.checkMemory=true}, which detects use of memory that was returned: it is
 * filled with NaN, and arrays that were handed out over it are recorded, to be rejected.
 */
public final class MemoryCheck {
  private static final boolean ON = Boolean.getBoolean("moe4j.checkMemory");
  private static final Map<Key, String> GIVEN_BACK = new ConcurrentHashMap<>();
  private static final ReferenceQueue<INDArray> GONE = new ReferenceQueue<>();

  private MemoryCheck() {}

  /** An array by identity: equals of ND4J compares numbers. */
  private static final class Key extends WeakReference<INDArray> {
    private final int hash;

    Key(INDArray array, @Nullable ReferenceQueue<INDArray> queue) {
      super(array, queue);
      this.hash = System.identityHashCode(array);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      if (this == other) {
        return true;
      }
      INDArray array = get();
      return other instanceof Key key && array != null && key.refersTo(array);
    }
  }

  /** Whether memory is checked in this process. */
  public static boolean isOn() {
    return ON;
  }

  /** Fills an array with NaN, by bytes. Modified. */
  public static void poison(INDArray array) {
    if (!array.isEmpty()) {
      Pointer start = HostMemory.of(array);
      Pointer.memset(start.position(0), 0xFF, array.length() * array.dataType().width());
      Reference.reachabilityFence(array);
    }
  }

  /**
   * Records that the memory of an array was returned.
   *
   * @param owner the pass that had it
   */
  public static void giveBack(INDArray array, String owner) {
    for (Object gone = GONE.poll(); gone != null; gone = GONE.poll()) {
      GIVEN_BACK.remove(gone);
    }
    GIVEN_BACK.put(new Key(array, GONE), owner);
  }

  /** The pass that gave the memory of an array back, or null; always null unless memory is checked. */
  static @Nullable String ownerBefore(INDArray array) {
    return ON ? GIVEN_BACK.get(new Key(array, null)) : null;
  }
}
