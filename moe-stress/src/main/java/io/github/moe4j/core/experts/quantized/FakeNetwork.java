package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An expert that takes one byte and computes nothing.
 *
 * @param expert its number
 */
record FakeNetwork(int expert) implements QuantizedNetwork {
  @Override
  public long bytes() {
    return 1;
  }

  @Override
  public List<String> names() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<FrozenLinear> linears() {
    throw new UnsupportedOperationException();
  }

  @Override
  public HiddenFunction function() {
    throw new UnsupportedOperationException();
  }

  @Override
  public INDArray unpacked(int number) {
    throw new UnsupportedOperationException();
  }

  @Override
  public QuantizedNetwork then(QuantizedNetwork more) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void run(ExpertRows x, ExpertRows y, int[] start, Arena.Scope scope, BlockTimes times) {
    throw new UnsupportedOperationException();
  }
}
