package io.github.moe4j.fuzz.frames;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A frame as another program writes it: any part of it may be wrong.
 *
 * @param magic the first four bytes
 * @param kind one of the constants
 * @param number of the operation
 * @param text of the operation
 * @param claimed how many bytes it says to have
 * @param payload what it has. Not modified.
 */
record Message(int magic, int kind, long number, String text, int claimed, byte[] payload) {
  static final int MAGIC = 0x4d6f4534;
  static final int HERE = 0;
  static final int DATA = 1;
  static final int ABORT = 2;
  static final int LEAVE = 3;
  static final int BYE = 4;
  static final int HEAD = 24;
  static final int MOST_TEXT = 2048;

  /** A right one. */
  static Message of(int kind, long number, String text, byte[] payload) {
    return new Message(MAGIC, kind, number, text, payload.length, payload);
  }

  /** One without bytes. */
  static Message of(int kind, String text) {
    return of(kind, 0, text, new byte[0]);
  }

  byte[] bytes() {
    byte[] said = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEAD + said.length + payload.length)
        .putInt(magic)
        .putInt(kind)
        .putLong(number)
        .putInt(said.length)
        .putInt(claimed)
        .put(said)
        .put(payload)
        .array();
  }
}
