package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A folder with a model: {@code model.safetensors.index.json} and the files that it names, or else one
 * {@code model.safetensors}. Several threads may read at once.
 *
 * <p>A file is opened when its first tensor is read, so a folder of which some files are missing can be opened, and
 * the others read. Errors in a file, and its absence, are reported by {@link #read} and {@link #bytes} as
 * {@link SafetensorsException}, and in {@link #shape}, {@link #dtype}, {@link #type} and {@link #byteCount} within an
 * {@link UncheckedIOException}.
 */
public final class ShardedSafetensors implements TensorSource, AutoCloseable {
  private final Path folder;
  private final Map<String, String> places;
  private final Map<String, List<String>> names = new HashMap<>();
  private final Map<String, SafetensorsFile> open = new HashMap<>();
  private boolean closed;

  private ShardedSafetensors(Path folder, Map<String, String> places) {
    this.folder = folder;
    this.places = places;
    places.forEach(
        (name, file) -> names.computeIfAbsent(file, f -> new ArrayList<>()).add(name));
  }

  /**
   * Reads the index; if there is none, opens the single file.
   *
   * @throws SafetensorsException if both are missing, if either is damaged, or if the index names a file that
   *     is not in the folder itself
   */
  public static ShardedSafetensors open(Path folder) throws IOException {
    if (Files.exists(folder.resolve(ShardIndex.NAME))) {
      return new ShardedSafetensors(folder, ShardIndex.read(folder));
    }
    if (!Files.exists(folder.resolve(ShardIndex.SINGLE))) {
      throw new SafetensorsException("%s must hold %s or %s%s"
          .formatted(folder, ShardIndex.NAME, ShardIndex.SINGLE, OtherWeights.in(folder)));
    }
    SafetensorsFile file = Safetensors.open(folder.resolve(ShardIndex.SINGLE));
    Map<String, String> places = new LinkedHashMap<>();
    file.names().forEach(name -> places.put(name, ShardIndex.SINGLE));
    ShardedSafetensors single = new ShardedSafetensors(folder, places);
    single.open.put(ShardIndex.SINGLE, file);
    return single;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(places.keySet());
  }

  @Override
  public long[] shape(String name) {
    return unchecked(name).shape(name);
  }

  @Override
  public TensorType type(String name) {
    return unchecked(name).type(name);
  }

  /** The file of a tensor, by its name in the folder. */
  String fileName(String name) {
    unchecked(name);
    return String.valueOf(places.get(name));
  }

  /** Where the first element of a tensor lies in its file, in bytes. */
  long position(String name) {
    return unchecked(name).position(name);
  }

  /** The element type in the format's notation, such as F32 or I64. */
  public String dtype(String name) {
    return unchecked(name).dtype(name);
  }

  /**
   * A copy of a tensor, contiguous in c order.
   *
   * @param type FLOAT or DOUBLE; numbers are converted
   * @throws SafetensorsException if its file is damaged or lacks tensors of the index, or if the
   *     element type of the tensor is not supported
   * @throws IllegalStateException if this was closed
   */
  @Override
  public INDArray read(String name, DataType type) throws IOException {
    return file(name).read(name, type);
  }

  @Override
  public INDArray read(String name, DataType type, long from, long count) throws IOException {
    return file(name).read(name, type, from, count);
  }

  @Override
  public ByteBuffer bytes(String name, long from, int count) throws IOException {
    return file(name).bytes(name, from, count);
  }

  @Override
  public TensorBytes stored(String name) throws IOException {
    return file(name).stored(name);
  }

  /** Bytes that a tensor takes in its file. */
  public long byteCount(String name) {
    return unchecked(name).byteCount(name);
  }

  /** The file of a tensor, which may be missing or damaged; an error if there is no such tensor. */
  public Path location(String name) {
    return folder.resolve(place(name));
  }

  /** Whether the file of a tensor is in the folder; an error if there is no such tensor. */
  public boolean isPresent(String name) {
    return Files.isRegularFile(folder.resolve(place(name)));
  }

  private SafetensorsFile unchecked(String name) {
    try {
      return file(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private synchronized SafetensorsFile file(String name) throws IOException {
    String place = place(name);
    if (closed) {
      throw new IllegalStateException(folder + " is closed");
    }
    SafetensorsFile file = open.get(place);
    if (file == null) {
      if (!Files.exists(folder.resolve(place))) {
        throw new SafetensorsException(
            "%s: tensor %s is in %s according to the index, but that file does not exist"
                .formatted(folder.resolve(ShardIndex.NAME), Shown.of(name), place));
      }
      file = Safetensors.open(folder.resolve(place));
      requireAll(place, file);
      open.put(place, file);
    }
    return file;
  }

  private String place(String name) {
    String place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("%s has no tensor %s; it has %d tensors"
          .formatted(folder, Shown.of(name), places.size()));
    }
    return place;
  }

  private void requireAll(String place, SafetensorsFile file) throws SafetensorsException {
    for (String name : names.getOrDefault(place, List.of())) {
      if (!file.names().contains(name)) {
        throw new SafetensorsException("%s: tensor %s must be in %s but is not"
            .formatted(folder.resolve(ShardIndex.NAME), Shown.of(name), Shown.of(place)));
      }
    }
  }

  /** Closes all files that were opened, as {@link SafetensorsFile#close} does. */
  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(SafetensorsFile::close);
    open.clear();
  }
}
