package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorSource;
import java.io.IOException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A tensor that is stored as its numbers. */
record PlainTensor(TensorSource source, String name) implements StoredTensor {
  @Override
  public long[] shape() {
    return source.shape(name);
  }

  @Override
  public INDArray read(DataType type) throws IOException {
    return source.read(name, type);
  }

  @Override
  public INDArray read(DataType type, long from, long count) throws IOException {
    return source.read(name, type, from, count);
  }

  @Override
  public PlainMatrix matrix() throws IOException {
    long[] shape = shape();
    int last = shape.length - 1;
    int columns = last < 0 ? 1 : Math.toIntExact(shape[last]);
    long rows = 1;
    for (int axis = 0; axis < last; axis++) {
      rows *= shape[axis];
    }
    return new PlainMatrix(source.stored(name), source.type(name), rows, columns);
  }

  @Override
  public WeightFormat format() {
    return switch (source.type(name)) {
      case BFLOAT16 -> WeightFormat.BFLOAT16;
      case FLOAT16 -> WeightFormat.FLOAT16;
      default -> WeightFormat.FLOAT32;
    };
  }

  @Override
  public void write(INDArray array, TensorSink sink) throws IOException {
    sink.put(name, array, source.type(name));
  }
}
