package io.github.moe4j.testkit;

import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.io.TensorType;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Named tensors in memory, for tests without files. Values are not rounded. */
public final class MemoryTensors implements TensorSource, TensorSink {
  private final Map<String, INDArray> arrays = new LinkedHashMap<>();
  private final Map<String, TensorType> types = new LinkedHashMap<>();
  private final Map<String, byte[]> stored = new LinkedHashMap<>();

  /** No tensors yet. */
  public MemoryTensors() {}

  @Override
  public void put(String name, INDArray array, TensorType type) {
    if (types.put(name, type) != null) {
      throw new IllegalArgumentException("tensor " + name + " occurs twice");
    }
    arrays.put(name, array.dup('c'));
  }

  /** Keeps a copy of the bytes; {@link #read} returns the values of a one-byte type. */
  @Override
  public void putBytes(String name, long[] shape, TensorType type, ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    double[] numbers = new double[copy.length];
    for (int i = 0; i < copy.length; i++) {
      numbers[i] = switch (type) {
        case FLOAT8_E4M3 -> Float8.fromE4m3(copy[i]);
        case FLOAT8_E5M2 -> Float8.fromE5m2(copy[i]);
        case FLOAT8_E8M0 -> Float8.fromE8m0(copy[i]);
        case UINT8 -> Byte.toUnsignedInt(copy[i]);
        default -> throw new IllegalArgumentException("type must have one byte but was " + type);
      };
    }
    put(name, Nd4j.createFromArray(numbers).reshape('c', shape), type);
    stored.put(name, copy);
  }

  @Override
  public ByteBuffer bytes(String name, long from, int count) {
    find(name);
    byte[] all = stored.get(name);
    if (all == null) {
      throw new IllegalArgumentException("tensor " + name + " was not put as bytes");
    }
    return ByteBuffer.wrap(all, Math.toIntExact(from), count).slice().asReadOnlyBuffer();
  }

  /** Removes a tensor. */
  public void remove(String name) {
    types.remove(name);
    arrays.remove(name);
    stored.remove(name);
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
