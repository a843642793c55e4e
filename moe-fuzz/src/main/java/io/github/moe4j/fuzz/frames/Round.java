package io.github.moe4j.fuzz.frames;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exchange of a conversation: what the other members send to the rank, and it to them.
 *
 * @param path of the group; empty for that of all ranks
 * @param number of the operation
 * @param text of the operation
 * @param sent by rank; null or missing for the rank itself and for those that are no members. Not modified.
 * @param own what the rank sends to each, likewise
 */
record Round(
    String path, long number, String text, byte @Nullable [][] sent, byte @Nullable [][] own) {
  /** Ranks announce messages of this size first. */
  private static final int ANNOUNCED = 1 << 15;

  /** What a frame says. */
  String said() {
    return path.isEmpty() ? text : text + " of " + path;
  }

  /** Whether another rank takes part. */
  boolean concerns(int peer) {
    return peer < sent.length && sent[peer] != null;
  }

  /** The right frames of another rank. */
  List<Message> of(int peer) {
    return concerns(peer) ? frames(sent[peer]) : List.of();
  }

  /** The right frames to another rank. */
  List<Message> to(int peer) {
    return concerns(peer) ? frames(own[peer]) : List.of();
  }

  private List<Message> frames(byte[] payload) {
    List<Message> all = new ArrayList<>();
    if (payload.length >= ANNOUNCED) {
      all.add(
          new Message(Message.MAGIC, Message.HERE, number, said(), payload.length, new byte[0]));
    }
    all.add(Message.of(Message.DATA, number, said(), payload));
    return all;
  }
}
