package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Saved training state as named entries: parameters, selection biases, states of controllers,
 * updaters and generators, and your own numbers and texts. Immutable.
 *
 * <pre>{@code
 * Checkpoint.Builder all = Checkpoint.builder().parameters("layer", layer.parameters());
 * optimizer.addTo(all, "optimizer");
 * random.addTo(all, "random");
 * all.save(file);
 * …
 * Checkpoint saved = Checkpoint.load(file);
 * saved.into("layer", layer.parameters());
 * optimizer.restore(saved, "optimizer");
 * random.restore(saved, "random");
 * }</pre>
 *
 * <p>Names are paths such as {@code layer.experts.gate.weight}. A loaded checkpoint has its own off-heap
 * memory for all tensors, until it is unreachable.
 */
public final class Checkpoint {
  private final Map<String, Values> entries;

  Checkpoint(Map<String, Values> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  /** Starts a checkpoint. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads a complete file and checks every byte of it.
   *
   * @throws CheckpointException if it is damaged, of an unknown version or not a checkpoint
   * @throws IOException if it cannot be read
   */
  public static Checkpoint load(Path file) throws IOException {
    return load(file, name -> true);
  }

  /**
   * Reads some entries of a file. The header, the table and the bytes of these entries are checked; those of others are
   * skipped.
   *
   * @param wanted names of the entries to read
   * @throws CheckpointException if it is damaged, of an unknown version or not a checkpoint
   * @throws IOException if it cannot be read
   */
  public static Checkpoint load(Path file, Predicate<String> wanted) throws IOException {
    return new Checkpoint(CheckpointReader.read(file, wanted));
  }

  /** All names, in the order in which they were added. */
  public Set<String> names() {
    return entries.keySet();
  }

  /**
   * A copy of a tensor.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public INDArray tensor(String name) {
    return Allocate.copy(tensorValues(name).array());
  }

  /** The checkpoint's own memory. Must not be modified. */
  TensorValues tensorValues(String name) {
    if (get(name) instanceof TensorValues tensor) {
      return tensor;
    }
    throw mismatch(name, "a tensor");
  }

  /**
   * A copy of the numbers of a name.
   *
   * @throws IllegalArgumentException if there are none of that kind
   */
  public double[] doubles(String name) {
    if (get(name) instanceof DoubleValues doubles) {
      return doubles.values().clone();
    }
    throw mismatch(name, "double[]");
  }

  /**
   * A copy of the whole numbers of a name.
   *
   * @throws IllegalArgumentException if there are none of that kind
   */
  public long[] longs(String name) {
    if (get(name) instanceof LongValues longs) {
      return longs.values().clone();
    }
    throw mismatch(name, "long[]");
  }

  /**
   * The only whole number of a name.
   *
   * @throws IllegalArgumentException if there is none or there are several
   */
  public long number(String name) {
    long[] all = longs(name);
    Require.that(all.length == 1, "%s must be one number but was %d", name, all.length);
    return all[0];
  }

  /**
   * A text.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public String text(String name) {
    if (get(name) instanceof TextValues text) {
      try {
        return TextValues.decode(text.values());
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException(name + " must be a text but is not valid UTF-8", e);
      }
    }
    throw mismatch(name, "text");
  }

  /** All entries below a path, by their relative names; empty if there are none. */
  public Checkpoint below(String prefix) {
    Map<String, Values> part = new LinkedHashMap<>();
    entries.forEach((name, values) -> {
      if (name.startsWith(prefix + ".")) {
        part.put(name.substring(prefix.length() + 1), values);
      }
    });
    return new Checkpoint(part);
  }

  /**
   * Restores parameters. Names, shapes and types of all are compared first.
   *
   * @throws IllegalArgumentException if one does not match; nothing is changed then
   *
   * @param prefix what they were saved under
   * @param parameters as many, of the same names, shapes and types. Modified: overwritten.
   */
  public void into(String prefix, NamedArrays parameters) {
    new NamedArraysCopy(this, prefix).into(parameters);
  }

  /**
   * Restores a selection bias.
   *
   * @throws IllegalArgumentException if it has another number of experts
   *
   * @param name what it was saved under
   * @param bias modified: overwritten
   */
  public void into(String name, ExpertBias bias) {
    double[] values = doubles(name);
    Require.length(name, values, bias.experts());
    bias.set(values);
  }

  /** Writes the checkpoint as {@link Builder#save} does. */
  public void save(Path file) throws IOException {
    save(entries, file);
  }

  static void save(Map<String, Values> entries, Path file) throws IOException {
    entries.forEach((name, values) -> values.requireUsable(name));
    ReplacedFile.write(file, channel -> CheckpointWriter.write(entries, channel));
  }

  /** What an entry holds. */
  Values get(String name) {
    Values values = entries.get(name);
    if (values == null) {
      throw new IllegalArgumentException("%s is not in the checkpoint, which has %d entries%s"
          .formatted(name, entries.size(), someNames()));
    }
    return values;
  }

  private String someNames() {
    return entries.keySet().stream()
        .limit(8)
        .collect(Collectors.joining(", ", entries.isEmpty() ? "" : ", first ", ""));
  }

  private IllegalArgumentException mismatch(String name, String expected) {
    return new IllegalArgumentException(
        "%s must be %s but was %s".formatted(name, expected, get(name).kind()));
  }

  /**
   * Collects entries to save; not thread-safe.
   *
   * <p>Tensors are kept, not copied, until {@link #save} or {@link #build}: they must not change in
   * between, or the checkpoint would be inconsistent.
   */
  public static final class Builder {
    private final Map<String, Values> entries = new LinkedHashMap<>();
    private final Set<String> closed = new LinkedHashSet<>();

    /** Entries in memory that nobody else has. */
    private final Set<String> own = new HashSet<>();

    private Builder() {}

    /**
     * Adds one array, FLOAT or DOUBLE, contiguous in c order. Kept, not copied. Not modified.
     *
     * @throws IllegalArgumentException if the name is used already or not valid, or the array is closed or not
     *     contiguous
     */
    public Builder tensor(String name, INDArray array) {
      return add(name, TensorValues.of(name, array));
    }

    /**
     * Adds a copy of numbers.
     *
     * @throws IllegalArgumentException if the name is used already or not valid
     */
    public Builder doubles(String name, double... numbers) {
      return add(name, new DoubleValues(numbers.clone()));
    }

    /**
     * Adds a copy of whole numbers.
     *
     * @throws IllegalArgumentException if the name is used already or not valid
     */
    public Builder longs(String name, long... numbers) {
      return add(name, new LongValues(numbers.clone()));
    }

    /**
     * Adds a text.
     *
     * @throws IllegalArgumentException if the name is used already or not valid, or the text is not valid Unicode
     */
    public Builder text(String name, String text) {
      return add(name, new TextValues(TextValues.encode(text)));
    }

    /**
     * Adds all parameters of a part as {@code prefix.name}. Kept, not copied. Not modified.
     *
     * @param prefix a path used by no other entry
     * @throws IllegalArgumentException if another entry is below the prefix, or has the same name
     */
    public Builder parameters(String prefix, NamedArrays part) {
      for (String name : entries.keySet()) {
        requireOutside(name, prefix);
      }
      part.forEach((name, array) -> tensor(prefix + "." + name, array));
      closed.add(prefix);
      return this;
    }

    /** Adds a copy of the numbers of a selection bias. Not modified. */
    public Builder bias(String name, ExpertBias bias) {
      return doubles(name, bias.values());
    }

    /** All names so far, in the order in which they were added. */
    public Set<String> names() {
      return Collections.unmodifiableSet(entries.keySet());
    }

    Map<String, Values> entries() {
      return entries;
    }

    /** Adds an entry in memory that nobody else changes. */
    void addOwn(String name, Values values) {
      add(name, values);
      own.add(name);
    }

    Builder add(String name, Values values) {
      EntryHeader.requireName(name);
      for (String prefix : closed) {
        requireOutside(name, prefix);
      }
      Require.that(!entries.containsKey(name), "entry %s must be given once", name);
      Require.that(
          entries.size() < CheckpointFormat.MOST_ENTRIES,
          "entries must be at most %d",
          CheckpointFormat.MOST_ENTRIES);
      entries.put(name, values);
      return this;
    }

    /** Else loading the parameters would take it for one of them. */
    private static void requireOutside(String name, String prefix) {
      Require.that(
          !name.startsWith(prefix + "."),
          "%s must not be below %s, which holds parameters",
          name,
          prefix);
    }

    /** A checkpoint in memory, with copies of all tensors. */
    public Checkpoint build() {
      Map<String, Values> copies = new LinkedHashMap<>(entries);
      copies.replaceAll(
          (name, values) -> values instanceof TensorValues tensor && !own.contains(name)
              ? TensorValues.of(Allocate.copy(tensor.array()))
              : values);
      return new Checkpoint(copies);
    }

    /**
     * Writes a temporary file, flushes it to disk and moves it into place: a crash at any moment leaves the old
     * file or the new one. Tensors are not copied.
     *
     * @throws IOException if it cannot be written; an old file is then unchanged
     */
    public void save(Path file) throws IOException {
      Checkpoint.save(entries, file);
    }
  }
}
