package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Comparator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A tensor that will be written. */
record Outgoing(String name, long[] shape, TensorType type, Content content) {
  /** Writes all bytes of a tensor. */
  @FunctionalInterface
  interface Content {
    void write(WritableByteChannel channel) throws IOException;
  }

  /**
   * The order in a file, that of the format's own implementation: the widest elements first, so that each
   * begins at a multiple of its width, bfloat16 before float16, and within a type by the bytes of the name.
   */
  static final Comparator<Outgoing> ORDER = Comparator.comparing(
          (Outgoing tensor) -> Dtype.of(tensor.type()), Comparator.reverseOrder())
      .thenComparing(Outgoing::name, Utf8::compare);

  /** A tensor of an array, which is checked when it is there. */
  static Outgoing of(String name, long[] shape, TensorType type, TensorSupplier array) {
    long[] axes = checked(name, shape, type);
    return new Outgoing(
        name, axes, type, channel -> writeArray(name, axes, type, array.get(), channel));
  }

  /** A tensor of bytes. */
  static Outgoing of(String name, long[] shape, TensorType type, ByteBuffer bytes) {
    Outgoing tensor = new Outgoing(
        name,
        checked(name, shape, type),
        type,
        channel -> ReplacedFile.writeAll(channel, bytes.duplicate()));
    Require.that(
        bytes.remaining() == tensor.bytes(),
        "%s of shape %s must have %d bytes but has %d",
        name,
        Arrays.toString(shape),
        tensor.bytes(),
        bytes.remaining());
    return tensor;
  }

  private static long[] checked(String name, long[] shape, TensorType type) {
    Require.that(
        shape.length <= Header.MOST_AXES && Arrays.stream(shape).allMatch(n -> n >= 0),
        "%s must have at most %d axes, none of negative length, but was %s",
        name,
        Header.MOST_AXES,
        Arrays.toString(shape));
    try {
      TensorHeader.bytes(Dtype.of(type), shape);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s of shape %s is too large".formatted(name, Arrays.toString(shape)), e);
    }
    return shape.clone();
  }

  long bytes() {
    return TensorHeader.bytes(Dtype.of(type), shape);
  }

  /** Writes the elements. */
  void write(WritableByteChannel channel) throws IOException {
    content.write(channel);
  }

  /** Writes the elements of an array, a piece at a time. */
  private static void writeArray(
      String name, long[] shape, TensorType type, INDArray given, WritableByteChannel channel)
      throws IOException {
    Require.usable(name, given);
    Require.floating(name, given.dataType());
    Require.shape(name, given, shape);
    if (given.isEmpty()) {
      return;
    }
    Elements elements = new Elements(Contiguous.of(given), type);
    long count = given.length();
    int room = (int) Math.min(Elements.PIECE, count) * type.bytes();
    ByteBuffer piece = ByteBuffer.allocateDirect(room).order(ByteOrder.LITTLE_ENDIAN);
    for (long from = 0; from < count; from += Elements.PIECE) {
      piece.clear().limit((int) Math.min(Elements.PIECE, count - from) * type.bytes());
      elements.get(from, piece);
      ReplacedFile.writeAll(channel, piece);
    }
  }
}
