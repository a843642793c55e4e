package io.github.moe4j.lab.text;

import java.util.Arrays;

/**
 * Windows of text for a model that predicts the next byte. The arrays are flat, one window after
 * the other, and are not copied.
 *
 * @param rows number of windows
 * @param sequence length of a window
 * @param tokens [rows·sequence] bytes, 0 to 255
 * @param targets [rows·sequence] for each token the byte that follows it
 * @param domains [rows·sequence] for each token the index of its domain
 */
public record Batch(int rows, int sequence, int[] tokens, int[] targets, int[] domains) {

  /** Validates. */
  public Batch {
    if (rows < 0 || sequence < 1) {
      throw new IllegalArgumentException(
          "rows must be at least 0 and sequence at least 1 but were " + rows + " and " + sequence);
    }
    int size = Math.multiplyExact(rows, sequence);
    if (tokens.length != size || targets.length != size || domains.length != size) {
      throw new IllegalArgumentException(
          "tokens, targets and domains must be [%d] but were [%d], [%d] and [%d]"
              .formatted(size, tokens.length, targets.length, domains.length));
    }
  }

  /**
   * Takes some of the windows, to evaluate many of them piece by piece.
   *
   * @param from first window
   * @param to window after the last
   * @return a copy of the windows from {@code from} to before {@code to}
   */
  public Batch slice(int from, int to) {
    if (from < 0 || to < from || to > rows) {
      throw new IllegalArgumentException(
          "windows %d to %d are not within 0 to %d".formatted(from, to, rows));
    }
    int start = from * sequence;
    int end = to * sequence;
    return new Batch(
        to - from,
        sequence,
        Arrays.copyOfRange(tokens, start, end),
        Arrays.copyOfRange(targets, start, end),
        Arrays.copyOfRange(domains, start, end));
  }

  /**
   * Takes every n-th window: a sample of the whole text, where neighbours would be of one domain.
   *
   * @param first first window
   * @param stride n, at least 1
   * @return a copy of the windows first, first + n, first + 2n and so on
   */
  public Batch every(int first, int stride) {
    if (first < 0 || first >= rows || stride < 1) {
      throw new IllegalArgumentException(
          "first must be within 0 to %d and stride at least 1 but were %d and %d"
              .formatted(rows - 1, first, stride));
    }
    int count = (rows - first + stride - 1) / stride;
    int[][] copies = new int[3][count * sequence];
    for (int i = 0; i < count; i++) {
      int from = (first + i * stride) * sequence;
      System.arraycopy(tokens, from, copies[0], i * sequence, sequence);
      System.arraycopy(targets, from, copies[1], i * sequence, sequence);
      System.arraycopy(domains, from, copies[2], i * sequence, sequence);
    }
    return new Batch(count, sequence, copies[0], copies[1], copies[2]);
  }
}
