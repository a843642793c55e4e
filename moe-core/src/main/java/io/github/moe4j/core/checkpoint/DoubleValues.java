package io.github.moe4j.core.checkpoint;

import java.nio.ByteBuffer;

/** Elements of a {@code double[]}. */
record DoubleValues(double[] values) implements Values {
  @Override
  public Kind kind() {
    return Kind.DOUBLES;
  }

  @Override
  public long[] shape() {
    return new long[] {values.length};
  }

  @Override
  public void get(long from, ByteBuffer target) {
    target.asDoubleBuffer().put(values, (int) from, target.remaining() / Double.BYTES);
  }

  @Override
  public void put(long from, ByteBuffer source) {
    source.asDoubleBuffer().get(values, (int) from, source.remaining() / Double.BYTES);
  }
}
