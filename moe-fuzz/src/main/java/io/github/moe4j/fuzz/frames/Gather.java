package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Each rank sends numbers to all. */
record Gather(View view, long[] own, List<Round> rounds) implements Operation {
  static Gather draw(SplittableRandom random, View view, int count) {
    byte[][] sent = new byte[view.size()][];
    Arrays.setAll(sent, i -> bytes(random.longs(count).toArray()));
    return of(view, random.longs(count).toArray(), sent);
  }

  /** What each member sends, by place. */
  static Gather of(View view, long[] own, byte[][] sent) {
    String text = "allGather of " + own.length + " numbers";
    byte[][] toAll = new byte[view.size()][];
    Arrays.fill(toAll, bytes(own));
    return new Gather(view, own, List.of(view.round(text, sent, toAll)));
  }

  static byte[] bytes(long... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(numbers);
    return bytes.array();
  }

  @Override
  public long[] run(List<Group> groups) {
    return Arrays.stream(groups.get(view.index).allGather(own))
        .flatMapToLong(Arrays::stream)
        .toArray();
  }

  @Override
  public long[] expected(List<byte[][]> received) {
    long[] all = new long[view.size() * own.length];
    for (int i = 0; i < view.size(); i++) {
      long[] numbers = own;
      if (i != view.place()) {
        numbers = new long[own.length];
        ByteBuffer.wrap(received.get(0)[view.members[i]])
            .order(ByteOrder.LITTLE_ENDIAN)
            .asLongBuffer()
            .get(numbers);
      }
      System.arraycopy(numbers, 0, all, i * own.length, own.length);
    }
    return all;
  }
}
