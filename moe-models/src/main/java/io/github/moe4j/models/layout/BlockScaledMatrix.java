package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.io.StoredFile;
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
    private final float[] scaleRow = new float[scales.columns()];
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
        ofScales.read(scaleOf, 0, scaleRow.length, scaleRow, 0, scaleRow.length, 0);
        scaleRowAtHand = scaleOf;
      }
      if (numbers.length < count) {
        numbers = new float[count];
      }
      ofCodes.read(row, column, count, numbers, 0, Math.max(1, count), 0);
      firstColumn = column;
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

    private void scale(int from, int count, float scale, float[] target, int at) {
      for (int i = 0; i < count; i++) {
        target[at + i] = numbers[from + i] * scale;
      }
    }
  }
}
