package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Collects tensors and writes them in the safetensors format. Nothing touches the disk before {@link #write} or
 * {@link #writeSharded}, so a program that fails between two calls of {@link #put} leaves no partial
 * model.
 *
 * <p>{@code put} copies nothing: it keeps the array, whose elements are read when the file is written.
 * With a supplier in its place, no more than one tensor is in memory at a time.
 *
 * <p>Equal tensors and metadata give equal bytes, whatever the order of {@code put}: the order in a file is
 * by type, the widest first (I64, F64, F32, I32, BF16, F16, F8_E8M0, F8_E4M3, F8_E5M2, U8), then by name, which is also the order of the format's own implementation.
 * Not thread-safe.
 */
public final class SafetensorsWriter implements TensorSink {
  private final Map<String, Outgoing> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new TreeMap<>(Utf8::compare);

  SafetensorsWriter() {}

  /**
   * Adds metadata, such as {@code format} {@code pt}, which some readers require. With shards it is written to
   * each file.
   *
   * @param key not used yet
   * @throws IllegalArgumentException if the key is used already, or a text is not valid Unicode
   */
  public SafetensorsWriter metadata(String key, String value) {
    Require.that(
        Utf8.canEncode(key) && Utf8.canEncode(value), "metadata %s has an unpaired surrogate", key);
    Require.that(!metadata.containsKey(key), "metadata %s must be added once", key);
    Require.that(
        metadata.size() < Header.MOST_METADATA,
        "keys of metadata must be at most %d",
        Header.MOST_METADATA);
    metadata.put(key, value);
    return this;
  }

  @Override
  public void put(String name, INDArray array, TensorType type) {
    Require.usable(name, array);
    Require.floating(name, array.dataType());
    put(name, array.shape(), type, () -> array);
  }

  /**
   * Adds a tensor that is supplied when it is written.
   *
   * @param name not used yet
   * @param shape not modified
   * @param type how to store it
   * @param array called by each write
   * @throws IllegalArgumentException if the name is used already or not valid, or the shape is not valid
   */
  public void put(String name, long[] shape, TensorType type, TensorSupplier array) {
    requireNew(name);
    tensors.put(name, Outgoing.of(name, shape, type, array));
  }

  @Override
  public void putBytes(String name, long[] shape, TensorType type, ByteBuffer bytes) {
    requireNew(name);
    tensors.put(name, Outgoing.of(name, shape, type, bytes));
  }

  private void requireNew(String name) {
    Require.that(
        name.length() <= Header.LONGEST_NAME,
        "a name must have at most %d characters but has %d",
        Header.LONGEST_NAME,
        name.length());
    Require.that(!name.equals(Header.METADATA), "no tensor can have the name %s", name);
    Require.that(Utf8.canEncode(name), "name %s has an unpaired surrogate", name);
    Require.that(!tensors.containsKey(name), "tensor %s must be added once", name);
    Require.that(
        tensors.size() < Header.MOST_TENSORS, "tensors must be at most %d", Header.MOST_TENSORS);
  }

  /**
   * Writes one file. It is written to a temporary file, flushed to disk and moved into place: a
   * crash leaves the old file or the new one.
   *
   * @param file new, or replaced
   * @throws IOException if the file or a tensor cannot be written; an old file is then unchanged
   */
  public void write(Path file) throws IOException {
    FileWriter.write(file, List.copyOf(tensors.values()), metadata);
  }

  /**
   * Writes files {@code model-00001-of-….safetensors} and {@code model.safetensors.index.json}, which maps
   * tensors to files. The index is written last: a folder without it is not a complete model.
   *
   * @param folder created if it does not exist; must not contain a model yet
   * @param maxBytes of tensors in one file; a tensor that is larger gets a file of its own. In the order of
   *     {@code put}, a tensor that does not fit any more begins the next file.
   * @throws IllegalArgumentException if the limit is not positive
   * @throws IOException if a file or a tensor cannot be written; the files written before it are deleted
   */
  public void writeSharded(Path folder, long maxBytes) throws IOException {
    Require.that(maxBytes >= 1, "maxBytes must be at least 1 but was %d", maxBytes);
    ShardedWriter.write(folder, split(maxBytes), metadata);
  }

  private List<List<Outgoing>> split(long maxBytes) {
    List<List<Outgoing>> shards = new ArrayList<>();
    long room = 0;
    for (Outgoing tensor : tensors.values()) {
      long bytes = tensor.bytes();
      if (shards.isEmpty() || bytes > room) {
        shards.add(new ArrayList<>());
        room = maxBytes;
      }
      shards.get(shards.size() - 1).add(tensor);
      // Below zero after a tensor that is larger than a shard: then even an empty one goes into the
      // next.
      room -= bytes;
    }
    return shards;
  }
}
