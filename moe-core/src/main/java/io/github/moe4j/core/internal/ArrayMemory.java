package io.github.moe4j.core.internal;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The limits of the memory that new arrays take outside the Java heap.
 *
 * <p>ND4J allocates the elements of its arrays in native code, which JavaCPP's {@code maxbytes} does not count, and JavaCPP's
 * {@code maxphysicalbytes} is checked after the memory was taken. So arrays of this library are checked before. With {@code
 * -Dmoe4j.maxArrayBytes} they are also counted: those that are neither closed nor collected may take that much together.
 * Thread-safe.
 */
public final class ArrayMemory {
  static final String PROPERTY = "moe4j.maxArrayBytes";

  /** The process is asked for its memory, which takes some microseconds, only for arrays of at least so many bytes. */
  private static final long LARGE = 1 << 24;

  /** Collections before an array is refused, with waits of 1, 2, 4 ... ms for ND4J's threads, which free the memory. */
  private static final int COLLECTIONS = 8;

  private static final ArrayMemory OF_PROCESS =
      new ArrayMemory(System.getProperty(PROPERTY), ProcessLimit.ofThisProcess());

  private final @Nullable String given;
  private final long limit;
  private final ProcessLimit process;
  private final AtomicLong used = new AtomicLong();
  private final Set<Use> uses = ConcurrentHashMap.newKeySet();
  private final ReferenceQueue<DataBuffer> collected = new ReferenceQueue<>();

  /** An array that is counted until it is closed or collected. */
  private static final class Use extends WeakReference<DataBuffer> {
    private final long bytes;

    Use(DataBuffer buffer, ReferenceQueue<DataBuffer> collected, long bytes) {
      super(buffer, collected);
      this.bytes = bytes;
    }

    boolean isOver() {
      DataBuffer buffer = get();
      return buffer == null || buffer.wasClosed();
    }
  }

  /**
   * Limits.
   *
   * @param given value of the property; null for no limit but that of the process
   */
  ArrayMemory(@Nullable String given, ProcessLimit process) {
    this.given = given;
    this.limit = given == null ? Long.MAX_VALUE : MemorySize.parse(given);
    this.process = process;
  }

  /** The limits of this process. */
  public static ArrayMemory ofProcess() {
    return OF_PROCESS;
  }

  /** Bytes that all arrays together may take; {@code Long.MAX_VALUE} if no property limits them, 0 if it is no size. */
  public long limit() {
    return Math.max(0, limit);
  }

  /** Bytes that JavaCPP allows the whole process; {@code Long.MAX_VALUE} for any number. */
  public long processLimit() {
    return process.allowed();
  }

  /** Memory and swap space of the machine or container; {@code Long.MAX_VALUE} where the JVM does not say. */
  public static long machineBytes() {
    return ProcessLimit.machineBytes();
  }

  /** Bytes of elements; {@code Long.MAX_VALUE} if there are more. */
  public static long bytes(DataType type, long... shape) {
    long product = type.width();
    boolean exceeds = false;
    for (long size : shape) {
      if (size == 0) {
        return 0;
      }
      exceeds |= Math.multiplyHigh(product, size) != 0 || product * size < 0;
      product *= size;
    }
    return exceeds ? Long.MAX_VALUE : product;
  }

  /** The sum; {@code Long.MAX_VALUE} if it is larger. */
  public static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /**
   * Checks that there is room for arrays that are about to be made together, so that nothing is allocated if it cannot all
   * fit.
   *
   * @param what for the error, such as {@code parameters of 8 experts}
   * @throws OutOfMemoryError if there is not
   * @throws IllegalArgumentException if the property is not a size
   */
  public void requireRoom(String what, long bytes) {
    reserve(what, bytes);
    used.addAndGet(-bytes);
  }

  /**
   * Makes an array within the limits.
   *
   * @param create makes it; its buffer is its own
   * @throws OutOfMemoryError if there is no room, before anything is allocated, or if the system refuses
   * @throws IllegalArgumentException if the property is not a size
   */
  INDArray allocate(DataType type, long[] shape, Supplier<INDArray> create) {
    long bytes = bytes(type, shape);
    if (limit == Long.MAX_VALUE && bytes < LARGE) {
      return create(type, shape, bytes, create);
    }
    reserve(name(type, shape), bytes);
    INDArray array = null;
    try {
      array = create(type, shape, bytes, create);
      return array;
    } finally {
      if (array == null || bytes == 0) {
        used.addAndGet(-bytes);
      } else {
        uses.add(new Use(array.data(), collected, bytes));
      }
    }
  }

  /** An error of JavaCPP names an array of its own in place of this one, one of native code none. */
  private INDArray create(DataType type, long[] shape, long bytes, Supplier<INDArray> create) {
    try {
      return create.get();
    } catch (OutOfMemoryError e) {
      throw refusal(name(type, shape), bytes, e);
    } catch (RuntimeException e) {
      if (isRefusal(e)) {
        throw refusal(name(type, shape), bytes, e);
      }
      throw e;
    }
  }

  /** Whether native code had no memory. */
  private static boolean isRefusal(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("bad_alloc") || message.contains("Allocation failed");
  }

  private void requireSize() {
    Require.that(
        limit >= 0,
        "-D%s must be bytes, with k, m, g or t for powers of 1024, such as 8g, but was %s",
        PROPERTY,
        given);
  }

  /**
   * Counts bytes. If there is no room, arrays that are closed are counted no more, then those that the garbage collector
   * finds.
   */
  private void reserve(String what, long bytes) {
    requireSize();
    forgetCollected();
    boolean reserved = tryReserve(bytes);
    if (!reserved) {
      forgetClosed();
      reserved = tryReserve(bytes);
    }
    // What cannot fit in any case needs no collection.
    boolean mayFit = bytes <= limit && bytes <= process.most();
    for (int attempt = 0; mayFit && !reserved && attempt < COLLECTIONS; attempt++) {
      process.collect(1L << attempt);
      forgetClosed();
      reserved = tryReserve(bytes);
    }
    if (!reserved) {
      throw refusal(what, bytes, null);
    }
  }

  private boolean tryReserve(long bytes) {
    if (bytes >= LARGE && process.exceeds(bytes)) {
      return false;
    }
    long before = used.get();
    while (sum(before, bytes) <= limit && bytes != Long.MAX_VALUE) {
      long now = used.compareAndExchange(before, before + bytes);
      if (now == before) {
        return true;
      }
      before = now;
    }
    return false;
  }

  private void forgetCollected() {
    for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
      forget((Use) gone);
    }
  }

  private void forgetClosed() {
    for (Use use : uses) {
      if (use.isOver()) {
        forget(use);
      }
    }
  }

  private void forget(Use use) {
    if (uses.remove(use)) {
      used.addAndGet(-use.bytes);
    }
  }

  private static String name(DataType type, long[] shape) {
    return "an array of " + type + " " + Arrays.toString(shape);
  }

  private OutOfMemoryError refusal(String what, long bytes, @Nullable Throwable cause) {
    String need = bytes == Long.MAX_VALUE
        ? "%s: more than 2^63 bytes are needed".formatted(what)
        : String.format(Locale.ROOT, "%s: %,d bytes are needed", what, bytes);
    String reason = sum(used.get(), bytes) > limit
        ? String.format(
            Locale.ROOT,
            "arrays take %,d of the %,d bytes of -D%s: raise it, or close arrays that are not needed",
            used.get(),
            limit,
            PROPERTY)
        : process.reason();
    OutOfMemoryError error = new OutOfMemoryError(need + " but " + reason);
    if (cause != null) {
      error.initCause(cause);
    }
    return error;
  }
}
