package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.SmallFloats;
import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.io.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * MXFP4 as gpt-oss is published: {@code blocks [E,out,in/32,16]} of two FP4 e2m1 each, the lower four bits first, and
 * {@code scales [E,out,in/32]} of one power of two for 32 inputs (openai/gpt-oss, gpt_oss/torch/weights.py;
 * Microscaling specification 1.0).
 *
 * <p>Written, a block keeps its scale if that gives exactly the new numbers; else it gets the one of the
 * specification, {@code 2^(⌊log₂ max|w|⌋ − 2)}.
 */
final class Mxfp4Tensor implements StoredTensor {
  private static final int GROUP = 32;
  private static final int BYTES = GROUP / 2;
  private static final int BIAS = 127;
  private static final int MOST = 254;

  /** Exponent of the largest number of e2m1, 6. */
  private static final int LARGEST = 2;

  private final TensorSource source;
  private final String blocks;
  private final String scales;
  private final long[] shape;
  private final int columns;

  /**
   * Blocks and their scales.
   *
   * @throws LayoutException if the shapes do not match
   */
  Mxfp4Tensor(TensorSource source, String blocks, String scales) {
    this.source = source;
    this.blocks = blocks;
    this.scales = scales;
    long[] stored = source.shape(blocks);
    if (!source.names().contains(scales)) {
      throw new LayoutException("tensor %s is missing but %s exists", scales, blocks);
    }
    requireBytes(blocks);
    requireBytes(scales);
    if (stored.length != 4 || stored[3] != BYTES) {
      throw new LayoutException(
          "tensor %s must be [experts, outputs, inputs / 32, 16] but is %s",
          blocks, Arrays.toString(stored));
    }
    if (!Arrays.equals(source.shape(scales), Arrays.copyOf(stored, 3))) {
      throw new LayoutException(
          "tensor %s must be %s, since %s is %s, but is %s",
          scales,
          Arrays.toString(Arrays.copyOf(stored, 3)),
          blocks,
          Arrays.toString(stored),
          Arrays.toString(source.shape(scales)));
    }
    this.columns = Math.toIntExact(stored[2] * GROUP);
    this.shape = new long[] {stored[0], stored[1], columns};
  }

  private void requireBytes(String name) {
    if (source.type(name) != TensorType.UINT8) {
      throw new LayoutException(
          "tensor %s must be UINT8 to be MXFP4 but is %s", name, source.type(name));
    }
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  private int groups() {
    return columns / GROUP;
  }

  @Override
  public INDArray read(DataType type, long from, long count) throws IOException {
    INDArray array = Allocate.uninitialized(type, count, shape[1], columns);
    Rows out = Rows.of(array.reshape('c', count * shape[1], columns));
    double[] row = new double[columns];
    for (long r = 0; r < out.rows(); r++) {
      long stored = (from * shape[1] + r) * groups();
      ByteBuffer codes = source.bytes(blocks, stored * BYTES, groups() * BYTES);
      ByteBuffer factors = source.bytes(scales, stored, groups());
      for (int c = 0; c < columns; c++) {
        int both = codes.get(c / 2);
        int code = (c % 2 == 0 ? both : both >> 4) & 0xf;
        row[c] = (double) SmallFloats.E2M1.value(code) * Float8.fromE8m0(factors.get(c / GROUP));
      }
      out.write(r, row);
    }
    return array;
  }

  @Override
  public StoredMatrix matrix() throws IOException {
    return new Mxfp4Matrix(
        source.stored(blocks), source.stored(scales), shape[0] * shape[1], columns);
  }

  @Override
  public WeightFormat format() {
    return WeightFormat.MXFP4;
  }

  @Override
  public void write(INDArray array, TensorSink sink) throws IOException {
    INDArray given = Contiguous.of(array);
    Rows in = Rows.of(given.reshape('c', shape[0] * shape[1], columns));
    ByteBuffer codes = ByteBuffer.allocate(Math.toIntExact(in.rows() * groups() * BYTES));
    ByteBuffer factors = ByteBuffer.allocate(Math.toIntExact(in.rows() * groups()));
    double[] row = new double[columns];
    for (long r = 0; r < in.rows(); r++) {
      in.read(r, row);
      ByteBuffer before = source.bytes(scales, r * groups(), groups());
      for (int g = 0; g < groups(); g++) {
        int scale = scale(row, g * GROUP, Byte.toUnsignedInt(before.get(g)));
        factors.put((byte) scale);
        for (int c = g * GROUP; c < (g + 1) * GROUP; c += 2) {
          codes.put((byte) (code(row[c], scale) | code(row[c + 1], scale) << 4));
        }
      }
    }
    sink.putBytes(blocks, source.shape(blocks), TensorType.UINT8, codes.flip());
    sink.putBytes(scales, source.shape(scales), TensorType.UINT8, factors.flip());
  }

  /** The scale before if it is exact for a group of numbers, else the one of the specification. */
  private static int scale(double[] row, int from, int before) {
    double most = 0;
    boolean isExact = before <= MOST;
    for (int c = from; c < from + GROUP; c++) {
      if (!Double.isFinite(row[c])) {
        throw new LayoutException(
            "a weight must be finite to be stored as MXFP4 but was %s", row[c]);
      }
      most = Math.max(most, Math.abs(row[c]));
      isExact = isExact && value(code(row[c], before), before) == row[c];
    }
    if (isExact) {
      return before;
    }
    return Math.max(0, Math.min(MOST, Math.getExponent(most) - LARGEST + BIAS));
  }

  private static int code(double value, int scale) {
    return SmallFloats.E2M1.code(Math.scalb(value, BIAS - scale));
  }

  private static double value(int code, int scale) {
    return Math.scalb((double) SmallFloats.E2M1.value(code), scale - BIAS);
  }
}
