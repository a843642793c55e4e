package io.github.moe4j.core.checkpoint;

import java.nio.ByteBuffer;

/** Elements of a {@code long[]}. */
record LongValues(long[] values) implements Values {
  @Override
  public Kind kind() {
    return Kind.LONGS;
  }

  @Override
  public long[] shape() {
    return new long[] {values.length};
  }

  @Override
  public void get(long from, ByteBuffer target) {
    target.asLongBuffer().put(values, (int) from, target.remaining() / Long.BYTES);
  }

  @Override
  public void put(long from, ByteBuffer source) {
    source.asLongBuffer().get(values, (int) from, source.remaining() / Long.BYTES);
  }
}
