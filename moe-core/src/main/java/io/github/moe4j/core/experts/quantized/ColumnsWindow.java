package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

/**
 * A weight whose outputs are columns of the stored matrix. Products ask for some outputs after others: a strip of more of
 * them is read, since few bytes of each stored row would be as slow, and transposed.
 */
final class ColumnsWindow implements StoredWindow {
  /** Outputs of a strip, unless more are asked for at once. */
  private static final int OUTPUTS = 96;

  /** Stored rows that are transposed at a time. */
  private static final int ROWS = 8;

  /** Rows a power of two apart would share few lines of the cache. */
  private static final int APART = 16;

  private final StoredWeight weight;
  private final StoredMatrix.Reader reader;
  private final float[][] read = new float[ROWS][0];
  private float[] strip = new float[0];
  private int firstOutput;
  private int outputs;
  private int firstInput;
  private int inputs;

  ColumnsWindow(StoredWeight weight) {
    this.weight = weight;
    this.reader = weight.matrix().reader();
  }

  @Override
  public void read(int row, int column, int count, float[] target, int at) {
    require(row, 1, column, count);
    System.arraycopy(strip, at(row, column), target, at, count);
  }

  @Override
  public void readSegments(int first, int count, int column, int terms, float[] target, int apart) {
    require(first, count, column, terms);
    for (int r = 0; r < count; r++) {
      for (int p = 0; p < terms; p += SEGMENT) {
        int here = Math.min(SEGMENT, terms - p);
        int to = p * apart + r * SEGMENT;
        System.arraycopy(strip, at(first + r, column + p), target, to, here);
      }
    }
  }

  private int at(int output, int input) {
    return (output - firstOutput) * stride(inputs) + input - firstInput;
  }

  /** Reads a strip, if the one at hand lacks an output or an input. */
  private void require(int output, int count, int input, int terms) {
    boolean isThere = output >= firstOutput
        && output + count <= firstOutput + outputs
        && input >= firstInput
        && input + terms <= firstInput + inputs;
    if (isThere) {
      return;
    }
    // Whole multiples of what is asked for, so that the next requests end where the strip ends.
    int wanted = Math.max(1, OUTPUTS / count) * count;
    outputs = 0;
    int wide = Math.min(wanted, weight.out() - output);
    load(output, wide, input, terms);
    firstOutput = output;
    firstInput = input;
    inputs = terms;
    outputs = wide;
  }

  private void load(int output, int wide, int input, int terms) {
    int step = weight.step();
    int columns = (wide - 1) * step + 1;
    int length = Math.multiplyExact(wide, stride(terms));
    if (strip.length < length) {
      strip = new float[length];
    }
    for (int i = 0; i < terms; i += ROWS) {
      int rows = Math.min(ROWS, terms - i);
      for (int r = 0; r < rows; r++) {
        if (read[r].length < columns) {
          read[r] = new float[columns];
        }
        long row = weight.firstRow() + input + i + r;
        int column = weight.firstColumn() + output * step;
        reader.read(row, column, columns, read[r], 0, columns, 0);
      }
      if (rows == ROWS) {
        transpose(read, step, strip, i, wide, stride(terms));
      } else {
        for (int r = 0; r < rows; r++) {
          for (int o = 0; o < wide; o++) {
            strip[o * stride(terms) + i + r] = read[r][o * step];
          }
        }
      }
    }
  }

  private static int stride(int terms) {
    return terms + APART;
  }

  /** Written out, since the compiler checks each index of a loop over rows. */
  private static void transpose(
      float[][] from, int step, float[] to, int first, int wide, int stride) {
    float[] r0 = from[0];
    float[] r1 = from[1];
    float[] r2 = from[2];
    float[] r3 = from[3];
    float[] r4 = from[4];
    float[] r5 = from[5];
    float[] r6 = from[6];
    float[] r7 = from[7];
    for (int o = 0; o < wide; o++) {
      int at = o * step;
      int target = o * stride + first;
      to[target] = r0[at];
      to[target + 1] = r1[at];
      to[target + 2] = r2[at];
      to[target + 3] = r3[at];
      to[target + 4] = r4[at];
      to[target + 5] = r5[at];
      to[target + 6] = r6[at];
      to[target + 7] = r7[at];
    }
  }
}
