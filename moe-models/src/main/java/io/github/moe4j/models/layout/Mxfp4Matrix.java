package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.internal.kernel.RowCodes;
import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.StoredFile;
import io.github.moe4j.core.io.TensorBytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * MXFP4 as a matrix of its inputs.
 *
 * @param codes two a byte, the first in the lower four bits
 * @param scales one byte for {@value #GROUP} columns
 * @param rows of all experts
 * @param columns a multiple of {@value #GROUP}
 */
record Mxfp4Matrix(TensorBytes codes, TensorBytes scales, long rows, int columns)
    implements StoredMatrix {
  private static final int GROUP = 32;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  @Override
  public Set<StoredFile> files() {
    Set<StoredFile> files = new LinkedHashSet<>();
    files.add(codes.file());
    files.add(scales.file());
    return files;
  }

  @Override
  public Reader reader() {
    return new GroupReader();
  }

  /** Reads whole groups. */
  private final class GroupReader extends CodesReader {
    private final RowCodes conversion = RowCodes.chosen();
    private byte[] pairs = new byte[0];
    private byte[] singles = new byte[0];
    private byte[] exponents = new byte[0];

    /** Columns of the first group before the first that is asked for. */
    private int skipped;

    GroupReader() {
      super(Mxfp4Matrix.this);
    }

    @Override
    void load(long row, int column, int count) {
      int first = column / GROUP;
      int groups = (column + count + GROUP - 1) / GROUP - first;
      skipped = column - first * GROUP;
      pairs = room(pairs, groups * GROUP / 2);
      singles = room(singles, groups * GROUP);
      exponents = room(exponents, groups);
      long group = row * (columns / GROUP) + first;
      codes.get(group * GROUP / 2, pairs, 0, groups * GROUP / 2);
      scales.get(group, exponents, 0, groups);
      separate(groups * GROUP / 2);
    }

    /** Makes each four bits a byte: four bytes become eight at a time. */
    private void separate(int bytes) {
      for (int i = 0; i < bytes; i += Integer.BYTES) {
        long spread = (int) INTS.get(pairs, i) & 0xffff_ffffL;
        spread = (spread | spread << 16) & 0x0000_ffff_0000_ffffL;
        spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ffL;
        spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0fL;
        LONGS.set(singles, 2 * i, spread);
      }
    }

    @Override
    void convert(int first, int count, float[] target, int at) {
      int from = skipped + first;
      conversion.e2m1(singles, from, count, target, at);
      int done = 0;
      while (done < count) {
        int group = (from + done) / GROUP;
        int here = Math.min(count - done, (group + 1) * GROUP - from - done);
        scale(target, at + done, here, Float8.fromE8m0(exponents[group]));
        done += here;
      }
    }

    private static void scale(float[] numbers, int at, int count, float scale) {
      for (int i = at; i < at + count; i++) {
        numbers[i] *= scale;
      }
    }
  }
}
