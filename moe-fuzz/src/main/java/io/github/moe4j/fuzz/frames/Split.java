package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Makes a part of the ranks a group of their own, by colours that are gathered. */
record Split(Gather gather, View part) implements Operation {
  private static final long COLOUR = 7;

  static Split draw(SplittableRandom random, View whole) {
    int[] members = IntStream.of(whole.members)
        .filter(r -> r == whole.rank || random.nextBoolean())
        .toArray();
    byte[][] colours = new byte[whole.size()][];
    Arrays.setAll(colours, i -> {
      boolean isMember = Arrays.binarySearch(members, whole.members[i]) >= 0;
      return Gather.bytes(isMember ? COLOUR : random.nextInt(7));
    });
    Gather gather = Gather.of(whole, new long[] {COLOUR}, colours);
    String path = "the %d ranks from rank %d by operation %d"
        .formatted(members.length, members[0], whole.next());
    return new Split(gather, new View(whole.index + 1, path, whole.rank, members));
  }

  @Override
  public List<Round> rounds() {
    return gather.rounds();
  }

  @Override
  public boolean decides() {
    return true;
  }

  @Override
  public long[] run(List<Group> groups) {
    Group group = groups.get(gather.view().index).split((int) COLOUR);
    groups.add(group);
    return new long[] {group.size(), group.rank()};
  }

  @Override
  public long[] expected(List<byte[][]> received) {
    return new long[] {part.size(), part.place()};
  }
}
