package io.github.moe4j.fuzz.frames;

import io.github.moe4j.fuzz.Damage;
import io.github.moe4j.fuzz.Draw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Frames with one to three changes. */
final class Changes {
  private static final String[] TEXTS = {
    "",
    "barrier",
    "allGather of 1 numbers",
    "\u0000\u001b[31m",
    "x".repeat(Message.MOST_TEXT),
    "x".repeat(3_000)
  };

  private Changes() {}

  /**
   * Bytes of changed frames.
   *
   * @param right frames. Not modified.
   */
  static byte[] of(SplittableRandom random, List<Message> right) {
    List<Message> messages = new ArrayList<>(right);
    int changes = 1 + random.nextInt(3);
    int inBytes = Draw.oneIn(random, 3) ? changes : random.nextInt(2) * (changes - 1);
    for (int i = inBytes; i < changes && !messages.isEmpty(); i++) {
      change(random, messages);
    }
    byte[] bytes = bytes(messages);
    return inBytes > 0 ? Damage.of(random, bytes, false) : bytes;
  }

  /** All frames. */
  static byte[] bytes(List<Message> messages) {
    return Damage.joined(messages.stream().map(Message::bytes).toArray(byte[][]::new));
  }

  private static void change(SplittableRandom random, List<Message> messages) {
    int at = random.nextInt(messages.size());
    int other = random.nextInt(messages.size());
    Message message = messages.get(at);
    switch (random.nextInt(5)) {
      case 0 -> messages.remove(at);
      case 1 -> messages.add(other, message);
      case 2 -> {
        messages.set(at, messages.get(other));
        messages.set(other, message);
      }
      case 3 -> messages.add(at, stray(random, message));
      default -> messages.set(at, wrong(random, message));
    }
  }

  /** A frame that should not come here. */
  private static Message stray(SplittableRandom random, Message next) {
    return switch (random.nextInt(5)) {
      case 0 -> Message.of(Message.ABORT, "rank 0 failed: " + Draw.of(random, TEXTS));
      case 1 ->
        Message.of(Message.LEAVE, Draw.of(random, "", "the 2 ranks from rank 0 by operation 1"));
      case 2 -> Message.of(Message.BYE, "");
      case 3 ->
        new Message(
            Message.MAGIC, Message.HERE, next.number(), next.text(), next.claimed(), new byte[0]);
      default ->
        Message.of(
            Message.DATA, random.nextInt(4), Draw.of(random, TEXTS), new byte[random.nextInt(20)]);
    };
  }

  /** A frame with a lie in it. */
  private static Message wrong(SplittableRandom random, Message m) {
    int lie = (int) Damage.lie(random);
    byte[] other = Arrays.copyOf(m.payload(), random.nextInt(m.payload().length + 9));
    return switch (random.nextInt(7)) {
      case 0 -> new Message(lie, m.kind(), m.number(), m.text(), m.claimed(), m.payload());
      case 1 ->
        new Message(
            m.magic(),
            Draw.oneIn(random, 2) ? lie : random.nextInt(6),
            m.number(),
            m.text(),
            m.claimed(),
            m.payload());
      case 2 ->
        new Message(m.magic(), m.kind(), Damage.lie(random), m.text(), m.claimed(), m.payload());
      case 3 ->
        new Message(
            m.magic(), m.kind(), m.number(), Draw.of(random, TEXTS), m.claimed(), m.payload());
      case 4 -> new Message(m.magic(), m.kind(), m.number(), m.text(), lie, m.payload());
      case 5 -> Message.of(m.kind(), m.number(), m.text(), other);
      default -> new Message(m.magic(), m.kind(), m.number(), m.text(), m.claimed(), other);
    };
  }
}
