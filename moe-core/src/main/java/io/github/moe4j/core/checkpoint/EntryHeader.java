package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.Require;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One entry's line in the table of a file: its name, kind and shape. */
record EntryHeader(String name, Kind kind, long[] shape) {
  private static final int LONGEST_NAME = 1024;

  /** As many axes as ND4J has. */
  private static final int MOST_AXES = 32;

  /** Below the longest array of Java. */
  private static final long LONGEST_ARRAY = Integer.MAX_VALUE - 16;

  static EntryHeader of(String name, Values values) {
    return new EntryHeader(name, values.kind(), values.shape());
  }

  /** Returns a name that fits a table. */
  static String requireName(String name) {
    int length = TextValues.encode(name).length;
    Require.that(
        length >= 1 && length <= LONGEST_NAME,
        "name must have 1 to %d bytes but has %d",
        LONGEST_NAME,
        length);
    Require.that(
        name.chars().noneMatch(Character::isISOControl),
        "name must be in one line but has a control character: %s",
        name.replaceAll("\\p{Cntrl}", "?"));
    return name;
  }

  /** Bytes of all elements. */
  long bytes() {
    // Axes of length 0 do not hide that the others are too large: no array could be made of them.
    long bytes = kind.width();
    for (long length : shape) {
      long factor = Math.max(1, length);
      Require.that(
          bytes <= Long.MAX_VALUE / factor,
          "%s of shape %s must have less than 2^63 bytes but has more",
          name,
          Arrays.toString(shape));
      bytes *= factor;
    }
    return Arrays.stream(shape).anyMatch(length -> length == 0) ? 0 : bytes;
  }

  /** Bytes in the table. */
  int size() {
    return Integer.BYTES + TextValues.encode(name).length + 2 + shape.length * Long.BYTES;
  }

  void write(ByteBuffer table) {
    byte[] encoded = TextValues.encode(name);
    table.putInt(encoded.length).put(encoded).put(kind.code()).put((byte) shape.length);
    for (long length : shape) {
      table.putLong(length);
    }
  }

  /** Reads one line; an error that says what is wrong with it, before anything is allocated for it. */
  static EntryHeader read(ByteBuffer table) {
    try {
      int nameLength = table.getInt();
      Require.that(
          nameLength >= 1 && nameLength <= LONGEST_NAME, "a name has %d bytes", nameLength);
      byte[] encoded = new byte[nameLength];
      table.get(encoded);
      String name = requireName(TextValues.decode(encoded));
      byte code = table.get();
      Kind kind = Kind.ofCode(code);
      int axes = table.get();
      Require.that(axes >= 0 && axes <= MOST_AXES, "%s has %d axes", name, axes);
      long[] shape = new long[axes];
      for (int i = 0; i < axes; i++) {
        shape[i] = table.getLong();
      }
      return checked(name, kind, code, shape);
    } catch (BufferUnderflowException | CharacterCodingException e) {
      throw new IllegalArgumentException("the table is truncated or a name is not valid UTF-8", e);
    }
  }

  private static EntryHeader checked(String name, @Nullable Kind kind, byte code, long[] shape) {
    if (kind == null) {
      throw new IllegalArgumentException("%s is of unknown kind %d".formatted(name, code));
    }
    for (long length : shape) {
      Require.that(length >= 0, "%s has an axis of length %d", name, length);
    }
    if (!kind.isTensor()) {
      Require.that(shape.length == 1, "%s has %d axes", name, shape.length);
      Require.that(shape[0] <= LONGEST_ARRAY, "%s has %d elements", name, shape[0]);
    }
    return new EntryHeader(name, kind, shape);
  }
}
