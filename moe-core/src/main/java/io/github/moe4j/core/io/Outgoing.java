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
record Outgoing(String name, long[] shape, TensorType type, TensorSupplier array) {
  /**
   * The order in a file, that of the format's own implementation: the widest elements first, so that each
   * begins at a multiple of its width, bfloat16 before float16, and within a type by the bytes of the name.
   */
  static final Comparator<Outgoing> ORDER = Comparator.comparing(
          (Outgoing tensor) -> Dtype.of(tensor.type()), Comparator.reverseOrder())
      .thenComparing(Outgoing::name, Utf8::compare);

  /** Checks what can be checked before the array is there. */
  static Outgoing of(String name, long[] shape, TensorType type, TensorSupplier array) {
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
    return new Outgoing(name, shape.clone(), type, array);
  }

  long bytes() {
    return TensorHeader.bytes(Dtype.of(type), shape);
  }

  /** Writes the elements, a piece at a time. */
  void write(WritableByteChannel channel) throws IOException {
    INDArray given = array.get();
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
