package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;

/** Moves entries between checkpoints, whole or divided along their first axis, such as that of experts. */
public final class CheckpointEntries {
  private CheckpointEntries() {}

  /**
   * Adds an entry of another checkpoint under a name. A tensor is kept, not copied.
   *
   * @param into modified
   * @throws IllegalArgumentException if there is none of that name, or the new name is used already
   */
  public static void copy(
      Checkpoint.Builder from, String name, Checkpoint.Builder into, String as) {
    into.add(as, get(from, name));
  }

  /** The same from a finished checkpoint. */
  public static void copy(Checkpoint from, String name, Checkpoint.Builder into, String as) {
    into.addOwn(as, from.get(name));
  }

  /**
   * Adds one index of an entry's first axis, as an entry whose first axis has length 1. A tensor is kept, not copied.
   *
   * @param index in the first axis
   * @param into modified; to be saved, not built
   * @throws IllegalArgumentException if there is none of that name, it has no first axis of that length, or the new name
   *     is used already
   */
  public static void slice(
      Checkpoint.Builder from, String name, int index, Checkpoint.Builder into, String as) {
    into.add(as, AxisSlice.of(name, get(from, name), index));
  }

  /** Length of the first axis of an entry; -1 if it has none, as a text. */
  public static long firstAxis(Checkpoint.Builder from, String name) {
    Values values = get(from, name);
    return values.kind() == Kind.TEXT || values.shape().length == 0
        ? -1
        : values.shape()[0];
  }

  /**
   * Adds the entries of one name in several checkpoints, each with a first axis of length 1, as one entry.
   *
   * @param from at least one. Not modified.
   * @param names of the entry in each
   * @param into modified: gets a copy
   * @throws IllegalArgumentException if one is missing, or they differ in kind or shape
   */
  public static void join(
      List<Checkpoint> from, List<String> names, Checkpoint.Builder into, String as) {
    Values first = from.get(0).get(names.get(0));
    long[] shape = first.shape().clone();
    for (int i = 0; i < names.size(); i++) {
      Values one = from.get(i).get(names.get(i));
      Require.that(
          one.kind() == first.kind()
              && one.shape().length > 0
              && one.shape()[0] == 1
              && Arrays.equals(one.shape(), first.shape()),
          "%s must be %s of %s with a first axis of 1 but was %s of %s",
          names.get(i),
          first.kind(),
          Arrays.toString(first.shape()),
          one.kind(),
          Arrays.toString(one.shape()));
    }
    shape[0] = names.size();
    Values whole = first.kind().allocate(shape);
    for (int i = 0; i < names.size(); i++) {
      AxisSlice.of(as, whole, i).copyFrom(from.get(i).get(names.get(i)));
    }
    into.addOwn(as, whole);
  }

  /**
   * A checksum of all names, shapes and elements: CRC-32 of the file that {@code save} would write. Not CRC-32C, which is
   * the same for all data that are followed by their own.
   */
  public static long checksum(Checkpoint.Builder entries) {
    CheckedOutputStream sum = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
    try {
      CheckpointWriter.write(entries.entries(), Channels.newChannel(sum));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written anywhere
    }
    return sum.getChecksum().getValue();
  }

  private static Values get(Checkpoint.Builder from, String name) {
    Values values = from.entries().get(name);
    if (values == null) {
      throw new IllegalArgumentException(
          "%s must be among the entries %s".formatted(name, from.names()));
    }
    return values;
  }
}
