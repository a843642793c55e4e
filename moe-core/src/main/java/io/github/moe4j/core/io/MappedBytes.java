package io.github.moe4j.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;

/**
 * A file in memory, mapped in segments since one buffer has less than 2^31 bytes. Each segment also has the
 * first bytes of the next, so that no element is cut in two.
 */
final class MappedBytes {
  private static final int SEGMENT_BITS = 30;
  private static final int WIDEST = Long.BYTES;

  private final int segmentBits;
  private final ByteBuffer[] segments;

  private MappedBytes(int segmentBits, ByteBuffer[] segments) {
    this.segmentBits = segmentBits;
    this.segments = segments;
  }

  /** Maps all of a file; the channel may be closed after it. */
  static MappedBytes of(FileChannel channel, long length) throws IOException {
    return of(channel, length, SEGMENT_BITS);
  }

  static MappedBytes of(FileChannel channel, long length, int segmentBits) throws IOException {
    long segment = 1L << segmentBits;
    ByteBuffer[] segments = new ByteBuffer[Math.toIntExact((length + segment - 1) / segment)];
    for (int i = 0; i < segments.length; i++) {
      long from = i * segment;
      long bytes = Math.min(segment + WIDEST, length - from);
      segments[i] = channel.map(FileChannel.MapMode.READ_ONLY, from, bytes);
    }
    return new MappedBytes(segmentBits, segments);
  }

  /**
   * Whole elements from a position on: as many as wanted, or fewer where a segment ends. A new buffer,
   * little-endian.
   *
   * @param width bytes of an element, at most 8
   * @param most elements wanted
   */
  ByteBuffer elements(long position, int width, int most) {
    ByteBuffer segment = segments[(int) (position >>> segmentBits)];
    int from = (int) (position & (1L << segmentBits) - 1);
    int count = Math.min(most, (segment.capacity() - from) / width);
    return segment.slice(from, count * width).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Copies bytes from a position on.
   *
   * @param target Modified: {@code count} bytes from {@code at} on.
   */
  void get(long position, byte[] target, int at, int count) {
    for (int done = 0; done < count; ) {
      ByteBuffer segment = segments[(int) (position + done >>> segmentBits)];
      int from = (int) (position + done & (1L << segmentBits) - 1);
      int here = Math.min(count - done, segment.capacity() - from);
      segment.get(from, target, at + done, here);
      done += here;
    }
  }

  /** The same of float32. */
  void get(long position, float[] target, int at, int count) {
    for (int done = 0; done < count; ) {
      FloatBuffer here = elements(position + (long) done * Float.BYTES, Float.BYTES, count - done)
          .asFloatBuffer();
      int moved = here.remaining();
      here.get(target, at + done, moved);
      done += moved;
    }
  }

  /** Bytes from a position on, read-only and little-endian: a view, or a copy where a segment ends. */
  ByteBuffer bytes(long position, int count) {
    if (count == 0) {
      return ByteBuffer.allocate(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    int from = (int) (position & (1L << segmentBits) - 1);
    ByteBuffer segment = segments[(int) (position >>> segmentBits)];
    if (count <= segment.capacity() - from) {
      return segment.slice(from, count).order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteBuffer copy = ByteBuffer.allocate(count);
    while (copy.hasRemaining()) {
      copy.put(elements(position + copy.position(), 1, copy.remaining()));
    }
    return copy.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
