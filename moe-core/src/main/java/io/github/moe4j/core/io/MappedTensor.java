package io.github.moe4j.core.io;

import java.util.Objects;

/**
 * The bytes of a tensor in a mapped file.
 *
 * @param file the file
 * @param begin where they begin in it
 * @param length number of bytes
 */
record MappedTensor(OpenFile file, long begin, long length) implements TensorBytes {
  @Override
  public void get(long from, byte[] target, int at, int count) {
    Objects.checkFromIndexSize(from, count, length);
    Objects.checkFromIndexSize(at, count, target.length);
    file.requireMapped().get(begin + from, target, at, count);
  }

  @Override
  public void get(long from, float[] target, int at, int count) {
    Objects.checkFromIndexSize(from, (long) count * Float.BYTES, length);
    Objects.checkFromIndexSize(at, count, target.length);
    file.requireMapped().get(begin + from, target, at, count);
  }
}
