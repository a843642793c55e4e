package io.github.moe4j.fuzz.frames;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exchange of a conversation: what the other members send to the rank.
 *
 * @param path of the group; empty for that of all ranks
 * @param number of the operation
 * @param text of the operation
 * @param sent by rank; null or missing for the rank itself and for those that are no members. Not modified.
 */
record Round(String path, long number, String text, byte @Nullable [][] sent) {
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
    List<Message> all = new ArrayList<>();
    if (concerns(peer)) {
      byte[] payload = sent[peer];
      Message data = Message.of(Message.DATA, number, said(), payload);
      if (payload.length >= ANNOUNCED) {
        all.add(
            new Message(Message.MAGIC, Message.HERE, number, said(), payload.length, new byte[0]));
      }
      all.add(data);
    }
    return all;
  }
}
