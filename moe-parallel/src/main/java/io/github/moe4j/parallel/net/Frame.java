package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Exchange;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The head of a frame: kind, number of the operation, its text, bytes that follow. Whatever a peer sends, no more than
 * {@value #MOST_TEXT} bytes are allocated for it.
 *
 * @param kind what the frame is
 * @param number of the operation
 * @param text of the operation, or why the group ended
 * @param bytes that follow
 */
record Frame(Kind kind, long number, String text, int bytes) {
  private static final int MAGIC = 0x4d6f4534;
  private static final int FIXED = 4 + 4 + 8 + 4 + 4;
  static final int MOST_TEXT = 2048;

  /** Kinds by their number on the wire. */
  enum Kind {
    HERE,
    DATA,
    ABORT,
    LEAVE,
    BYE
  }

  static Frame data(Exchange.Call call, int bytes) {
    return new Frame(Kind.DATA, call.number(), call.text(), bytes);
  }

  /** Says that the rank has come, and how many bytes follow in a frame of their own. */
  static Frame here(Exchange.Call call, int bytes) {
    return new Frame(Kind.HERE, call.number(), call.text(), bytes);
  }

  static Frame leave(String path) {
    return new Frame(Kind.LEAVE, 0, path, 0);
  }

  static Frame abort(String message) {
    return new Frame(Kind.ABORT, 0, message, 0);
  }

  static Frame bye() {
    return new Frame(Kind.BYE, 0, "", 0);
  }

  /** The text of another rank as it may stand in a message. */
  String shown() {
    return Shown.message(text, MOST_TEXT);
  }

  /** The bytes to write, ready to be read from. */
  ByteBuffer encoded() {
    byte[] said = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(said.length, MOST_TEXT);
    return ByteBuffer.allocate(FIXED + length)
        .putInt(MAGIC)
        .putInt(kind.ordinal())
        .putLong(number)
        .putInt(length)
        .putInt(bytes)
        .put(said, 0, length)
        .flip();
  }

  /**
   * Reads a head.
   *
   * @throws IOException if the connection ends, or something else than a frame comes
   */
  static Frame read(Wire wire) throws IOException {
    ByteBuffer fixed = ByteBuffer.allocate(FIXED);
    wire.read(fixed);
    fixed.flip();
    int magic = fixed.getInt();
    int kind = fixed.getInt();
    long number = fixed.getLong();
    int length = fixed.getInt();
    int bytes = fixed.getInt();
    boolean valid = magic == MAGIC
        && kind >= 0
        && kind < Kind.values().length
        && length >= 0
        && length <= MOST_TEXT
        && bytes >= 0;
    if (!valid) {
      throw new IOException(
          "a frame must begin with %08x, kind, text of at most %d bytes and length but has %08x, %d, %d, %d"
              .formatted(MAGIC, MOST_TEXT, magic, kind, length, bytes));
    }
    ByteBuffer said = ByteBuffer.allocate(length);
    wire.read(said);
    return new Frame(
        Kind.values()[kind], number, new String(said.array(), StandardCharsets.UTF_8), bytes);
  }
}
