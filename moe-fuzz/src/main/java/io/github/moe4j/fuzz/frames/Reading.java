package io.github.moe4j.fuzz.frames;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what one rank sends by the rules of the format, as the reference for what another may make of it. */
final class Reading {
  private final ByteBuffer bytes;
  private final boolean isSilentAtEnd;
  private final Set<String> left = new HashSet<>();
  private final List<byte @Nullable []> payloads = new ArrayList<>();
  private boolean isBroken;

  /** A head, whose bytes follow. */
  private record Head(int kind, long number, String text, int claimed) {}

  /**
   * Reads all.
   *
   * @param stream bytes. Not modified.
   * @param isSilentAtEnd whether the connection stays open after them
   * @param peer who sends them
   * @param rounds of the conversation
   */
  Reading(byte[] stream, boolean isSilentAtEnd, int peer, List<Round> rounds) {
    this.bytes = ByteBuffer.wrap(stream);
    this.isSilentAtEnd = isSilentAtEnd;
    for (Round round : rounds) {
      if (!round.concerns(peer)) {
        payloads.add(null);
      } else {
        byte[] payload = payload(round, round.sent()[peer].length);
        if (payload == null) {
          return;
        }
        payloads.add(payload);
      }
    }
  }

  /** How many exchanges are right as far as this rank is concerned. */
  int right() {
    return payloads.size();
  }

  /** What it sends in an exchange; null if it takes no part. */
  byte @Nullable [] payload(int round) {
    return payloads.get(round);
  }

  private byte @Nullable [] payload(Round round, int length) {
    while (true) {
      Head head = left.contains(round.path()) ? null : head();
      if (head == null || head.kind() == Message.ABORT || head.kind() == Message.BYE) {
        return null;
      }
      if (head.kind() == Message.LEAVE) {
        left.add(head.text());
        continue;
      }
      boolean agrees = head.number() == round.number()
          && head.text().equals(round.said())
          && head.claimed() == length;
      if (!agrees) {
        return null;
      }
      if (head.kind() == Message.DATA) {
        if (bytes.remaining() < length) {
          return null;
        }
        byte[] payload = new byte[length];
        bytes.get(payload);
        return payload;
      }
    }
  }

  private @Nullable Head head() {
    try {
      int magic = bytes.getInt();
      int kind = bytes.getInt();
      long number = bytes.getLong();
      int length = bytes.getInt();
      int claimed = bytes.getInt();
      boolean isValid = magic == Message.MAGIC
          && kind >= Message.HERE
          && kind <= Message.BYE
          && length >= 0
          && length <= Message.MOST_TEXT
          && claimed >= 0;
      if (!isValid) {
        isBroken = true;
        return null;
      }
      byte[] text = new byte[length];
      bytes.get(text);
      return new Head(kind, number, new String(text, StandardCharsets.UTF_8), claimed);
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  /** After the last exchange: whether nothing comes that must end the group. */
  boolean endsWell() {
    Head head = head();
    while (head != null && head.kind() == Message.LEAVE) {
      head = head();
    }
    // Frames of an operation wait for it, and it never comes.
    return head == null ? isSilentAtEnd && !isBroken : head.kind() != Message.ABORT;
  }
}
