package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.TensorSink;
import java.io.IOException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The numbers of one tensor of a model, in whatever tensors its files keep them. Immutable. */
interface StoredTensor {
  /** The shape of the numbers. */
  long[] shape();

  /**
   * The numbers, exact in DOUBLE and rounded once in FLOAT.
   *
   * @param type FLOAT or DOUBLE
   * @return new, contiguous in c order
   */
  default INDArray read(DataType type) throws IOException {
    return read(type, 0, shape()[0]);
  }

  /**
   * A part of the numbers: some indices of the first axis.
   *
   * @param type FLOAT or DOUBLE
   * @param from first index
   * @param count indices, at least 1
   * @return new, contiguous in c order
   */
  INDArray read(DataType type, long from, long count) throws IOException;

  /**
   * The numbers as a matrix of the last axis, to be read where they are stored.
   *
   * @return valid until the files are closed
   * @throws LayoutException if they cannot be read this way
   * @throws UnsupportedOperationException if the source is not made of files
   */
  StoredMatrix matrix() throws IOException;

  /** The format in which packed experts keep the numbers as they are stored. */
  WeightFormat format();

  /**
   * Writes other numbers in the same storage: numbers that were read and not changed give the same bytes.
   *
   * @param array of the shape. Not modified.
   */
  void write(INDArray array, TensorSink sink) throws IOException;
}
