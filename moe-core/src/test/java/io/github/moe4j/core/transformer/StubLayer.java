package io.github.moe4j.core.transformer;

import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code y = x} without parameters; counts how many of its passes were closed. */
final class StubLayer implements FeedForward {
  private final int width;
  private int closed;

  StubLayer(int width) {
    this.width = width;
  }

  int closed() {
    return closed;
  }

  @Override
  public int modelWidth() {
    return width;
  }

  @Override
  public DataType dataType() {
    return DataType.DOUBLE;
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  @Override
  public String toString() {
    return "stub";
  }

  @Override
  public FeedForwardPass forward(TokenBatch input, INDArray y) {
    y.assign(input.x());
    return new FeedForwardPass() {
      @Override
      public INDArray y() {
        return y;
      }

      @Override
      public void backward(INDArray dy, INDArray dx, Gradients into) {
        dx.addi(dy);
      }

      @Override
      public void close() {
        closed++;
      }
    };
  }
}
