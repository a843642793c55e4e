package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.io.StoredFile;
import io.github.moe4j.core.io.TensorType;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * FP8 with one scale for each block, as a matrix of its last axis; numbers are rounded once, as {@link BlockScaledTensor}
 * does.
 *
 * @param codes without scales
 * @param scales one row for the blocks of the same rows
 * @param matrixRows rows of each of the matrices that follow each other, which share no block
 * @param format of the blocks
 */
record BlockScaledMatrix(PlainMatrix codes, PlainMatrix scales, int matrixRows, BlockScales format)
    implements StoredMatrix {
  @Override
  public long rows() {
    return codes.rows();
  }

  @Override
  public int columns() {
    return codes.columns();
  }

  @Override
  public Set<StoredFile> files() {
    Set<StoredFile> files = new LinkedHashSet<>(codes.files());
    files.addAll(scales.files());
    return files;
  }

  @Override
  public Reader reader() {
    return new ScaledReader();
  }

  private final class ScaledReader extends CodesReader {
    private final Reader ofCodes = codes.reader();
    private final Reader ofScales = scales.reader();
    private final float[] singleScales = new float[scales.columns()];
    private final double[] scaleRow = new double[scales.columns()];
    private final byte[] storedScales = new byte[scaleRow.length * scales.type().bytes()];
    private long scaleRowAtHand = -1;
    private float[] numbers = new float[0];
    private int firstColumn;

    ScaledReader() {
      super(BlockScaledMatrix.this);
    }

    @Override
    void load(long row, int column, int count) {
      long blocks = (matrixRows + format.rows() - 1) / format.rows();
      long scaleOf = row / matrixRows * blocks + row % matrixRows / format.rows();
      if (scaleOf != scaleRowAtHand) {
        readScales(scaleOf);
        scaleRowAtHand = scaleOf;
      }
      if (numbers.length < count) {
        numbers = new float[count];
      }
      ofCodes.read(row, column, count, numbers, 0, Math.max(1, count), 0);
      firstColumn = column;
    }

    private void readScales(long row) {
      if (scales.type() == TensorType.FLOAT64) {
        scales.readDoubles(row, storedScales, scaleRow);
        return;
      }
      int count = scaleRow.length;
      ofScales.read(row, 0, count, singleScales, 0, count, 0);
      for (int i = 0; i < count; i++) {
        scaleRow[i] = singleScales[i];
      }
    }

    @Override
    void convert(int first, int count, float[] target, int at) {
      int done = 0;
      while (done < count) {
        int column = firstColumn + first + done;
        int block = column / format.columns();
        int here = Math.min(count - done, (block + 1) * format.columns() - column);
        scale(first + done, here, scaleRow[block], target, at + done);
        done += here;
      }
    }

    private void scale(int from, int count, double scale, float[] target, int at) {
      float single = (float) scale;
      if (single != scale) { // of float64: one rounding, of the product
        for (int i = 0; i < count; i++) {
          target[at + i] = (float) (numbers[from + i] * scale);
        }
        return;
      }
      for (int i = 0; i < count; i++) {
        target[at + i] = numbers[from + i] * single;
      }
    }
  }
}
