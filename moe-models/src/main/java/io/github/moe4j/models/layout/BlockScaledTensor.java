package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredScales;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Vectors;
import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.io.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * FP8 with one scale for each block of rows and columns, as DeepSeek-V3 is published: {@code w[o, i] =
 * e4m3(weight[o, i]) · weight_scale_inv[o / rows, i / columns]} (deepseek-ai/DeepSeek-V3,
 * README_WEIGHTS.md). Blocks at the right and bottom edges may be partial. Axes before the last two, such as experts,
 * have scales of their own.
 *
 * <p>Written, a block keeps its scale if that gives exactly the new numbers; else its scale becomes {@code
 * max|w| / 448}, rounded up to the type of the scales, or to a power of two.
 */
final class BlockScaledTensor implements StoredTensor {
  /** What follows a tensor's name in that of its scales. */
  static final String SCALES = "_scale_inv";

  private static final double LARGEST = 448;
  private static final int PACKED_BLOCK = 128;

  private final TensorSource source;
  private final String name;
  private final BlockScales format;
  private final long[] shape;
  private final int rows;
  private final int columns;
  private final int scaleRows;
  private final int scaleColumns;

  /**
   * A tensor and its scales.
   *
   * @throws LayoutException if the scales are missing or their shape is not that of the blocks
   */
  BlockScaledTensor(TensorSource source, String name, BlockScales format) {
    this.source = source;
    this.name = name;
    this.format = format;
    this.shape = source.shape(name);
    if (shape.length < 2) {
      throw new LayoutException(
          "tensor %s must have at least 2 axes to be scaled by blocks but is %s",
          name, Arrays.toString(shape));
    }
    this.rows = Math.toIntExact(shape[shape.length - 2]);
    this.columns = Math.toIntExact(shape[shape.length - 1]);
    this.scaleRows = (rows + format.rows() - 1) / format.rows();
    this.scaleColumns = (columns + format.columns() - 1) / format.columns();
    long[] expected = shape.clone();
    expected[shape.length - 2] = scaleRows;
    expected[shape.length - 1] = scaleColumns;
    String scales = name + SCALES;
    if (!source.names().contains(scales)) {
      throw new LayoutException(
          "tensor %s of shape %s is missing: %s is FP8 with blocks of %d by %d",
          scales, Arrays.toString(expected), name, format.rows(), format.columns());
    }
    if (!Arrays.equals(source.shape(scales), expected)) {
      throw new LayoutException(
          "tensor %s must be %s, since %s is %s with blocks of %d by %d, but is %s",
          scales,
          Arrays.toString(expected),
          name,
          Arrays.toString(shape),
          format.rows(),
          format.columns(),
          Arrays.toString(source.shape(scales)));
    }
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public INDArray read(DataType type, long from, long count) throws IOException {
    long[] part = shape.clone();
    part[0] = count;
    INDArray array = Allocate.uninitialized(type, part);
    Rows out = Rows.of(array.reshape('c', array.length() / columns, columns));
    long firstRow = from * (out.rows() / count);
    double[] scales = scales();
    double[] row = new double[columns];
    for (long r = 0; r < out.rows(); r++) {
      ByteBuffer codes = source.bytes(name, (firstRow + r) * columns, columns);
      int first = firstScale(firstRow + r);
      for (int c = 0; c < columns; c++) {
        row[c] = Float8.fromE4m3(codes.get(c)) * scales[first + c / format.columns()];
      }
      out.write(r, row);
    }
    return array;
  }

  @Override
  public StoredMatrix matrix() throws IOException {
    return new BlockScaledMatrix(
        new PlainTensor(source, name).matrix(),
        new PlainTensor(source, name + SCALES).matrix(),
        rows,
        format);
  }

  @Override
  public WeightFormat format() {
    return WeightFormat.FP8_E4M3;
  }

  /**
   * The scales of one matrix, for packing.
   *
   * @throws LayoutException if it is one of several, or if the blocks are not those of packed weights
   */
  StoredScales packedScales() throws IOException {
    if (shape.length != 2) {
      throw new LayoutException(
          "tensor %s must be of one expert to stay FP8 but is %s", name, Arrays.toString(shape));
    }
    if (!isPackable(format.rows(), rows) || !isPackable(format.columns(), columns)) {
      throw new LayoutException(
          "tensor %s has blocks of %d by %d, but only multiples of %d stay FP8: choose a format",
          name, format.rows(), format.columns(), PACKED_BLOCK);
    }
    double[] all = scales();
    float[] scales = new float[all.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) all[i];
    }
    return new StoredScales(format.rows(), format.columns(), scales);
  }

  private static boolean isPackable(int block, int length) {
    return block % PACKED_BLOCK == 0 || block >= length;
  }

  private double[] scales() throws IOException {
    return Vectors.read(source.read(name + SCALES, DataType.DOUBLE));
  }

  /** Where the scales of a row begin; rows are counted over all axes but the last. */
  private int firstScale(long row) {
    long matrix = row / rows;
    return Math.toIntExact((matrix * scaleRows + row % rows / format.rows()) * scaleColumns);
  }

  @Override
  public void write(INDArray array, TensorSink sink) throws IOException {
    boolean single = array.dataType() == DataType.FLOAT;
    INDArray given = Contiguous.of(array);
    Rows in = Rows.of(given.reshape('c', given.length() / columns, columns));
    double[] scales = scales();
    TensorType scaleType = source.type(name + SCALES);
    ByteBuffer codes = ByteBuffer.allocate(Math.toIntExact(given.length()));
    double[][] block = new double[format.rows()][columns];
    for (long r = 0; r < in.rows(); ) {
      int count = (int) Math.min(format.rows(), rows - r % rows);
      for (int i = 0; i < count; i++) {
        in.read(r + i, block[i]);
      }
      for (int b = 0; b < scaleColumns; b++) {
        int from = b * format.columns();
        int to = Math.min(columns, from + format.columns());
        int at = firstScale(r) + b;
        if (!isExact(block, count, from, to, scales[at], single)) {
          scales[at] = format.scale(largest(block, count, from, to) / LARGEST, scaleType);
        }
        encode(block, count, from, to, scales[at], codes, Math.toIntExact(r * columns));
      }
      r += count;
    }
    sink.putBytes(name, shape, TensorType.FLOAT8_E4M3, codes);
    INDArray scaleArray = Nd4j.createFromArray(scales).reshape('c', source.shape(name + SCALES));
    sink.put(name + SCALES, scaleArray, scaleType);
  }

  private static boolean isExact(
      double[][] block, int count, int from, int to, double scale, boolean single) {
    for (int i = 0; i < count; i++) {
      for (int c = from; c < to; c++) {
        double decoded = Float8.fromE4m3(code(block[i][c], scale)) * scale;
        double value = single ? (float) decoded : decoded;
        if (Double.doubleToLongBits(value) != Double.doubleToLongBits(block[i][c])) {
          return false;
        }
      }
    }
    return true;
  }

  private static double largest(double[][] block, int count, int from, int to) {
    double most = 0;
    for (int i = 0; i < count; i++) {
      for (int c = from; c < to; c++) {
        most = Math.max(most, Math.abs(block[i][c]));
      }
    }
    return most;
  }

  private void encode(
      double[][] block, int count, int from, int to, double scale, ByteBuffer codes, int at) {
    for (int i = 0; i < count; i++) {
      for (int c = from; c < to; c++) {
        codes.put(at + i * columns + c, code(block[i][c], scale));
      }
    }
  }

  /** A block of zeros has no scale of its own: 0 / 0 keeps the sign of a zero. */
  private static byte code(double value, double scale) {
    return Float8.toE4m3(value == 0 ? value : value / scale);
  }
}
