package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An all-to-all of rows.
 *
 * @param view of the group
 * @param type FLOAT or DOUBLE
 * @param width of a row
 * @param own what the rank sends, by place
 * @param counts rows that it receives, by place
 * @param rounds one
 */
record Rows(View view, DataType type, int width, double[][] own, int[] counts, List<Round> rounds)
    implements Operation {
  static Rows draw(SplittableRandom random, View view, DataType type, int most) {
    int width = 1 + random.nextInt(4);
    int size = view.size();
    int[] counts = random.ints(size, 0, most + 1).toArray();
    double[][] own = new double[size][];
    byte[][] sent = new byte[size][];
    byte[][] sending = new byte[size][];
    for (int i = 0; i < size; i++) {
      int rows = i == view.place() ? counts[i] : random.nextInt(most + 1);
      own[i] = numbers(random, rows * width);
      sent[i] = bytes(type, numbers(random, counts[i] * width));
      sending[i] = bytes(type, own[i]);
    }
    String text = "allToAll of rows [*,%d] %s".formatted(width, type);
    return new Rows(view, type, width, own, counts, List.of(view.round(text, sent, sending)));
  }

  private static double[] numbers(SplittableRandom random, int count) {
    return random.doubles(count).map(x -> (float) x).toArray();
  }

  /** Numbers as they lie in memory. */
  static byte[] bytes(DataType type, double... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(type.width() * numbers.length).order(ByteOrder.nativeOrder());
    for (double number : numbers) {
      if (type == DataType.FLOAT) {
        bytes.putFloat((float) number);
      } else {
        bytes.putDouble(number);
      }
    }
    return bytes.array();
  }

  static double[] numbers(DataType type, byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    double[] numbers = new double[bytes.length / type.width()];
    Arrays.setAll(numbers, i -> type == DataType.FLOAT ? from.getFloat() : from.getDouble());
    return numbers;
  }

  /** To compare numbers that may be NaN. */
  static long[] bits(double... numbers) {
    return DoubleStream.of(numbers).mapToLong(Double::doubleToLongBits).toArray();
  }

  private RankRows rows(int[] counts, double... numbers) {
    int[] start = new int[counts.length + 1];
    for (int i = 0; i < counts.length; i++) {
      start[i + 1] = start[i] + counts[i];
    }
    int all = start[counts.length];
    INDArray rows = all == 0
        ? Nd4j.create(type, 0, width)
        : Nd4j.createFromArray(numbers).castTo(type).reshape(all, width);
    return new RankRows(rows, start);
  }

  @Override
  public long[] run(List<Group> groups) {
    int[] sending =
        IntStream.range(0, own.length).map(i -> own[i].length / width).toArray();
    int rows = IntStream.of(counts).sum();
    RankRows receive = rows(counts, new double[rows * width]);
    groups
        .get(view.index)
        .allToAll(
            rows(sending, Arrays.stream(own).flatMapToDouble(Arrays::stream).toArray()), receive);
    return bits(rows == 0 ? new double[0] : receive.rows().reshape(rows * width).toDoubleVector());
  }

  @Override
  public long[] expected(List<byte[][]> received) {
    return bits(IntStream.range(0, own.length)
        .mapToObj(i -> i == view.place() ? own[i] : numbers(type, received.get(0)[view.members[i]]))
        .flatMapToDouble(Arrays::stream)
        .toArray());
  }
}
