package io.github.moe4j.core.internal.kernel;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;

/**
 * Arrays of one thread at work, which grow as needed and keep whatever they held. Not thread-safe.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Room<A> {
  /** Elements of an array that G1, with regions of up to 4 MB, puts at the beginning of one. */
  private static final int LARGE = 1 << 19;

  private final Kernel<A> kernel;
  private final List<A> arrays = new ArrayList<>();
  private final Map<Long, A> exact = new HashMap<>();

  private Room(Kernel<A> kernel) {
    this.kernel = kernel;
  }

  /**
   * An array of the given number, of at least some length; the same one each time that it is long enough.
   *
   * @param number small
   */
  public A array(int number, int length) {
    while (arrays.size() <= number) {
      arrays.add(kernel.allocate(0));
    }
    A array = arrays.get(number);
    if (Array.getLength(array) < length) {
      array = kernel.allocate(length);
      arrays.set(number, array);
    }
    return array;
  }

  /** An array with room for panels from {@link Kernel#origin} on, large enough to begin at a line of the cache. */
  public A panels(int number, int length) {
    return array(number, Math.max(LARGE, kernel.origin() + length));
  }

  /**
   * An array of the given number and of exactly some length; the same one each time.
   *
   * @param number small
   */
  public A exact(int number, int length) {
    return exact.computeIfAbsent((long) number << 32 | length, key -> kernel.allocate(length));
  }

  /**
   * Rooms that are not in use. Thread-safe.
   *
   * @param <A> {@code float[]} or {@code double[]}
   */
  public static final class Pool<A> {
    private final Kernel<A> kernel;
    private final ConcurrentLinkedDeque<Room<A>> idle = new ConcurrentLinkedDeque<>();

    /** Rooms for a kernel; none yet. */
    public Pool(Kernel<A> kernel) {
      this.kernel = kernel;
    }

    /** Does some work with a room that no one else uses meanwhile. */
    public void with(Consumer<Room<A>> work) {
      Room<A> room = idle.pollFirst();
      if (room == null) {
        room = new Room<>(kernel);
      }
      work.accept(room);
      idle.addFirst(room);
    }
  }
}
