package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes tensors into a copy of a model, each replacing the one of the same name, shape and type: headers, all
 * other tensors, and the index are unchanged. The copy must not be in use yet: a crash leaves it partly
 * written. Not thread-safe.
 */
public final class SafetensorsPatch implements TensorSink, AutoCloseable {
  private final ShardedSafetensors model;
  private final Path copy;
  private final Map<String, FileChannel> open = new HashMap<>();

  private SafetensorsPatch(ShardedSafetensors model, Path copy) {
    this.model = model;
    this.copy = copy;
  }

  /**
   * A patch.
   *
   * @param model locates the tensors, and must stay open; its files are not changed
   * @param copy folder with copies of its files
   */
  public static SafetensorsPatch of(ShardedSafetensors model, Path copy) {
    return new SafetensorsPatch(model, copy);
  }

  /**
   * Replaces a tensor.
   *
   * @param name of a tensor of the model
   * @param array FLOAT or DOUBLE, of the tensor's shape. Not modified.
   * @param type the one in which the tensor is stored
   * @throws IOException if the file of the copy cannot be written
   */
  @Override
  public void put(String name, INDArray array, TensorType type) throws IOException {
    write(Outgoing.of(name, array.shape(), type, () -> array));
  }

  /** Writes over a tensor with the bytes to store. */
  @Override
  public void putBytes(String name, long[] shape, TensorType type, ByteBuffer bytes)
      throws IOException {
    write(Outgoing.of(name, shape, type, bytes));
  }

  private void write(Outgoing tensor) throws IOException {
    String name = tensor.name();
    Require.that(
        model.type(name) == tensor.type(),
        "%s must be %s but was %s",
        name,
        model.type(name),
        tensor.type());
    Require.that(
        Arrays.equals(model.shape(name), tensor.shape()),
        "%s must be %s but was %s",
        name,
        Arrays.toString(model.shape(name)),
        Arrays.toString(tensor.shape()));
    String file = model.fileName(name);
    FileChannel channel = open.get(file);
    if (channel == null) {
      RegularFile.require(copy.resolve(file));
      channel = FileChannel.open(copy.resolve(file), StandardOpenOption.WRITE);
      open.put(file, channel);
    }
    try {
      channel.position(model.position(name));
      tensor.write(channel);
    } catch (IOException e) {
      throw FileErrors.explained(copy.resolve(file), e);
    }
  }

  /** Flushes what was written to disk, and closes the files. */
  @Override
  public void close() throws IOException {
    try {
      for (FileChannel channel : open.values()) {
        channel.force(true);
      }
    } finally {
      for (FileChannel channel : open.values()) {
        channel.close();
      }
      open.clear();
    }
  }
}
