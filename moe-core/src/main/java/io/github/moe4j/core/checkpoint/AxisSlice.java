package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.Require;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One index of the first axis of an entry, in the entry's memory.
 *
 * @param whole the entry, not a text
 * @param from its first element
 * @param shape of the entry, with a first axis of length 1
 */
record AxisSlice(Values whole, long from, long[] shape) implements Values {
  static AxisSlice of(String name, Values whole, int index) {
    long[] shape = whole.shape().clone();
    Require.that(
        whole.kind() != Kind.TEXT && shape.length > 0,
        "%s must have a first axis to be divided but is %s of %s",
        name,
        whole.kind(),
        Arrays.toString(shape));
    Require.that(
        index >= 0 && index < shape[0],
        "index of the first axis of %s must be in [0, %d) but was %d",
        name,
        shape[0],
        index);
    shape[0] = 1;
    return new AxisSlice(whole, index * Arrays.stream(shape).reduce(1, (a, b) -> a * b), shape);
  }

  @Override
  public Kind kind() {
    return whole.kind();
  }

  @Override
  public void requireUsable(String name) {
    whole.requireUsable(name);
  }

  @Override
  public void get(long first, ByteBuffer target) {
    whole.get(from + first, target);
  }

  @Override
  public void put(long first, ByteBuffer source) {
    whole.put(from + first, source);
  }

  /** Copies all elements of another entry of this kind and shape into this one. */
  void copyFrom(Values other) {
    long bytes = new EntryHeader("", kind(), shape).bytes();
    ByteBuffer piece = CheckpointFormat.piece();
    for (long at = 0; at < bytes; at += CheckpointFormat.PIECE) {
      piece.clear().limit((int) Math.min(CheckpointFormat.PIECE, bytes - at));
      other.get(at / kind().width(), piece);
      put(at / kind().width(), piece);
    }
  }
}
