package io.github.moe4j.testkit;

import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.io.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Named tensors in memory: what a file holds, for tests without files. Rounds nothing. */
public final class MemoryTensors implements TensorSource, TensorSink {
  private final Map<String, INDArray> arrays = new LinkedHashMap<>();
  private final Map<String, TensorType> types = new LinkedHashMap<>();

  /** No tensors yet. */
  public MemoryTensors() {}

  @Override
  public void put(String name, INDArray array, TensorType type) {
    if (types.put(name, type) != null) {
      throw new IllegalArgumentException("tensor " + name + " is there twice");
    }
    arrays.put(name, array.dup('c'));
  }

  /** Takes a tensor away again. */
  public void remove(String name) {
    types.remove(name);
    arrays.remove(name);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(arrays.keySet());
  }

  @Override
  public long[] shape(String name) {
    return find(name).shape().clone();
  }

  @Override
  public TensorType type(String name) {
    find(name);
    return types.get(name);
  }

  @Override
  public INDArray read(String name, DataType type) {
    return find(name).castTo(type).dup('c');
  }

  private INDArray find(String name) {
    INDArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return array;
  }
}
