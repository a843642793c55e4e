package io.github.moe4j.fuzz.frames;

import io.github.moe4j.fuzz.Draw;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a group does if nobody does anything wrong.
 *
 * @param rank that is examined
 * @param size number of ranks
 * @param operations in order
 * @param paths of the parts that are made
 */
record Script(int rank, int size, List<Operation> operations, List<String> paths) {
  private static final int[] LENGTHS = {0, 1, 2, 3, 17};
  private static final int LONG = 20_000;

  static Script draw(SplittableRandom random) {
    int size = 2 + random.nextInt(3);
    int rank = random.nextInt(size);
    List<View> views = new ArrayList<>();
    views.add(new View(0, "", rank, IntStream.range(0, size).toArray()));
    List<Operation> operations = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      if (views.size() == 1 && Draw.oneIn(random, 8)) {
        Split split = Split.draw(random, views.get(0));
        operations.add(split);
        views.add(split.part());
      } else {
        operations.add(operation(random, Draw.of(random, views)));
      }
    }
    return new Script(
        rank, size, operations, views.stream().skip(1).map(view -> view.path).toList());
  }

  private static Operation operation(SplittableRandom random, View view) {
    DataType type = Draw.of(random, DataType.FLOAT, DataType.DOUBLE);
    boolean isLong = Draw.oneIn(random, 25); // announced before its bytes
    int length = isLong ? LONG : Draw.of(random, LENGTHS);
    return switch (random.nextInt(4)) {
      case 0 -> Barrier.of(view);
      case 1 -> Gather.draw(random, view, isLong ? LONG / 2 : random.nextInt(4));
      case 2 -> Sum.draw(random, view, type, length);
      default -> Rows.draw(random, view, type, isLong ? LONG : 3);
    };
  }

  List<Round> rounds() {
    return operations.stream().flatMap(operation -> operation.rounds().stream()).toList();
  }

  /** The right frames of another rank, which leaves at the end. */
  List<Message> of(int peer) {
    return withEnd(rounds().stream().flatMap(round -> round.of(peer).stream()));
  }

  /** The right frames to another rank, which the rank leaves at the end. */
  List<Message> to(int peer) {
    return withEnd(rounds().stream().flatMap(round -> round.to(peer).stream()));
  }

  private List<Message> withEnd(Stream<Message> messages) {
    Stream<Message> parts = paths.stream().map(path -> Message.of(Message.LEAVE, path));
    Stream<Message> end = Stream.of(Message.of(Message.BYE, ""));
    return Stream.of(messages, parts, end).flatMap(all -> all).toList();
  }
}
