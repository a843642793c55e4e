package io.github.moe4j.core.transformer;

import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the numbers of each attention head lie: joined as [T, n·D] with heads side by side, or
 * split into n arrays [T·heads, D/heads] in which the S rows of a sequence and head are contiguous.
 *
 * @param tokens T
 * @param sequence S, a divisor of T
 * @param heads number of heads
 * @param width D, a multiple of heads
 */
record HeadLayout(int tokens, int sequence, int heads, int width) {
  int rows() {
    return tokens * heads;
  }

  int headWidth() {
    return width / heads;
  }

  /** Sequences times heads: blocks of S rows in the split arrays. */
  int groups() {
    return tokens == 0 ? 0 : tokens / sequence * heads;
  }

  double scale() {
    return 1 / Math.sqrt(headWidth());
  }

  /** First token of the sequence that a split row belongs to. */
  int firstToken(int row) {
    return row / sequence / heads * sequence;
  }

  /** Split row of a token and head. */
  private int row(int token, int head) {
    return (token / sequence * heads + head) * sequence + token % sequence;
  }

  /** Copies joined rows into split arrays, which are overwritten. */
  void split(INDArray joined, INDArray... parts) {
    copy(joined, parts, true);
  }

  /** Copies split arrays into joined rows, which are overwritten. */
  void join(INDArray joined, INDArray... parts) {
    copy(joined, parts, false);
  }

  private void copy(INDArray joined, INDArray[] parts, boolean split) {
    if (tokens == 0) {
      return;
    }
    Rows wide = Rows.of(joined);
    List<Rows> narrow = Arrays.stream(parts).map(Rows::of).toList();
    Parallel.ranges(tokens, Math.max(1, 8192 / wide.width()), (from, to) -> {
      Rows tokenRows = wide.fork();
      List<Rows> headRows = narrow.stream().map(Rows::fork).toList();
      double[] row = new double[tokenRows.width()];
      double[] part = new double[headWidth()];
      for (int t = from; t < to; t++) {
        if (split) {
          tokenRows.read(t, row);
        }
        for (int i = 0; i < heads * headRows.size(); i++) {
          Rows target = headRows.get(i / heads);
          int at = i * headWidth();
          if (split) {
            System.arraycopy(row, at, part, 0, part.length);
            target.write(row(t, i % heads), part);
          } else {
            target.read(row(t, i % heads), part);
            System.arraycopy(part, 0, row, at, part.length);
          }
        }
        if (!split) {
          tokenRows.write(t, row);
        }
      }
    });
  }
}
