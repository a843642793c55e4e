package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import java.util.List;

/** Nothing is exchanged but frames. */
record Barrier(View view, List<Round> rounds) implements Operation {
  static Barrier of(View view) {
    byte[][] nothing = new byte[view.size()][0];
    return new Barrier(view, List.of(view.round("barrier", nothing, nothing)));
  }

  @Override
  public long[] run(List<Group> groups) {
    groups.get(view.index).barrier();
    return new long[0];
  }

  @Override
  public long[] expected(List<byte[][]> received) {
    return new long[0];
  }
}
