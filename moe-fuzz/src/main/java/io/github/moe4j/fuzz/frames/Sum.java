package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An all-reduce: the rank gets its segment of each array, then the segments of the sum.
 *
 * @param view of the group
 * @param type FLOAT or DOUBLE
 * @param arrays [N][length] of the ranks
 * @param rounds two, or one if there are no elements
 */
record Sum(View view, DataType type, double[][] arrays, List<Round> rounds) implements Operation {
  static Sum draw(SplittableRandom random, View view, DataType type, int length) {
    double[][] arrays = new double[view.size()][];
    Arrays.setAll(arrays, i -> random.doubles(length).map(x -> (float) x).toArray());
    String text = "allReduce [" + length + "] " + type;
    byte[][] theirs = new byte[view.size()][];
    byte[][] own = new byte[view.size()][];
    byte[][] sums = new byte[view.size()][];
    double[] sum = sum(type, arrays);
    for (int i = 0; i < view.size(); i++) {
      theirs[i] = bytes(type, segment(arrays[i], view.place(), view.size()));
      own[i] = bytes(type, segment(arrays[view.place()], i, view.size()));
      sums[i] = bytes(type, segment(sum, i, view.size()));
    }
    byte[][] ownSum = new byte[view.size()][];
    Arrays.fill(ownSum, sums[view.place()]);
    Round first = view.round(text, theirs, own);
    return new Sum(
        view,
        type,
        arrays,
        length == 0 ? List.of(first) : List.of(first, view.round(text, sums, ownSum)));
  }

  private static byte[] bytes(DataType type, double... numbers) {
    return Rows.bytes(type, numbers);
  }

  private static double[] segment(double[] array, int place, int size) {
    return Arrays.copyOfRange(
        array, start(array.length, place, size), start(array.length, place + 1, size));
  }

  private static int start(int length, int place, int size) {
    return (int) ((long) length * place / size);
  }

  /** In the order of the ranks, in the type of the arrays. */
  private static double[] sum(DataType type, double[]... arrays) {
    double[] sum = arrays[0].clone();
    for (int r = 1; r < arrays.length; r++) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] =
            type == DataType.FLOAT ? (float) sum[i] + (float) arrays[r][i] : sum[i] + arrays[r][i];
      }
    }
    return sum;
  }

  @Override
  public long[] run(List<Group> groups) {
    double[] own = arrays[view.place()];
    INDArray array =
        own.length == 0 ? Nd4j.create(type, 0) : Nd4j.createFromArray(own).castTo(type);
    groups.get(view.index).allReduce(array);
    return Rows.bits(own.length == 0 ? own : array.toDoubleVector());
  }

  @Override
  public long[] expected(List<byte[][]> received) {
    int length = arrays[0].length;
    if (length == 0) {
      return new long[0];
    }
    double[][] segments = new double[view.size()][];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = i == view.place()
          ? segment(arrays[i], i, segments.length)
          : Rows.numbers(type, received.get(0)[view.members[i]]);
    }
    double[] all = new double[length];
    for (int i = 0; i < segments.length; i++) {
      double[] part = i == view.place()
          ? sum(type, segments)
          : Rows.numbers(type, received.get(1)[view.members[i]]);
      System.arraycopy(part, 0, all, start(length, i, segments.length), part.length);
    }
    return Rows.bits(all);
  }
}
