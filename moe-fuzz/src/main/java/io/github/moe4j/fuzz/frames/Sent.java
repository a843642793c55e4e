package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.internal.Shown;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks what the rank sends to another one, byte for byte. */
final class Sent {
  private Sent() {}

  /**
   * Checks it.
   *
   * @param peer number of the other
   * @param heard all that came after the handshake. Not modified.
   * @param right frames if nobody does anything wrong. Not modified.
   * @param isAllRight whether that is so; else the frames may end with the reason why the group did, or be cut off, and
   *     numbers that depend on what was received may be others
   * @param isReset whether the end may be missing in any case
   */
  static void requireRight(
      int peer, byte[] heard, List<Message> right, boolean isAllRight, boolean isReset) {
    int at = 0;
    for (Message message : right) {
      byte[] frame = message.bytes();
      int known = isAllRight ? frame.length : frame.length - message.payload().length;
      int there = Math.min(known, heard.length - at);
      boolean isSame = Arrays.equals(heard, at, at + there, frame, 0, there);
      boolean isWhole = heard.length - at >= frame.length;
      if (!isSame || !isWhole) {
        boolean mayEnd = isAllRight
            ? isSame && isReset
            : isSame || isReason(ByteBuffer.wrap(heard, at, heard.length - at));
        if (!mayEnd) {
          throw wrong(peer, heard, at, message);
        }
        return;
      }
      at += frame.length;
    }
    if (at < heard.length) {
      throw wrong(peer, heard, at, null);
    }
  }

  /** A last frame that says why the group ended, maybe cut off. */
  private static boolean isReason(ByteBuffer frame) {
    try {
      boolean isHead = frame.getInt() == Message.MAGIC
          && frame.getInt() == Message.ABORT
          && frame.getLong() == 0;
      int length = frame.getInt();
      if (!isHead || length < 1 || length > Message.MOST_TEXT || frame.getInt() != 0) {
        return false;
      }
      byte[] text = new byte[length];
      frame.get(text);
      String reason = new String(text, StandardCharsets.UTF_8);
      return reason.startsWith("rank")
          && Shown.escaped(reason).equals(reason)
          && !frame.hasRemaining();
    } catch (BufferUnderflowException e) {
      return true;
    }
  }

  private static AssertionError wrong(int peer, byte[] heard, int at, @Nullable Message message) {
    byte[] there = Arrays.copyOfRange(heard, at, Math.min(heard.length, at + 200));
    return new AssertionError("the rank must send rank %d %s at byte %d of %d but sent %s"
        .formatted(
            peer,
            message == null ? "nothing more" : message,
            at,
            heard.length,
            Shown.escaped(new String(there, StandardCharsets.ISO_8859_1))));
  }
}
