package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.internal.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The file of one rank.
 *
 * @param folder of the checkpoint
 * @param name of the file
 */
record Part(Path folder, PartName name) {
  private static final String IDENTITY = "part";

  private Path file() {
    return folder.resolve(name.toString());
  }

  private long[] identity() {
    return new long[] {name.step(), name.save(), name.rank()};
  }

  /**
   * Writes it.
   *
   * @param entries modified: gets one more, which says what the part is
   */
  PartSize write(Checkpoint.Builder entries) throws IOException {
    entries.longs(IDENTITY, identity()).save(file());
    return PartSize.of(file());
  }

  /** Bytes of the file; an error that names it if there is none. */
  long bytes() throws IOException {
    try {
      return RegularFile.require(file()).size();
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file() + " is missing: the checkpoint is not whole");
    }
  }

  /**
   * Reads some entries, once it is known to be this part.
   *
   * @param expected bytes and checksum
   * @param complete whether to check all bytes
   */
  Checkpoint read(PartSize expected, boolean complete, Predicate<String> wanted)
      throws IOException {
    long bytes = bytes();
    Checkpoint identity = Checkpoint.load(file(), IDENTITY::equals);
    long[] found = identity.names().isEmpty() ? new long[0] : identity.longs(IDENTITY);
    if (found.length != 3 || found[2] != name.rank()) {
      throw new CheckpointException(file() + " is not the part of rank " + name.rank());
    }
    if (found[0] != name.step() || found[1] != name.save()) {
      throw new CheckpointException(
          "%s is the part of another save: it is of step %d, and the manifest of step %d"
              .formatted(file(), found[0], name.step()));
    }
    if (bytes != expected.bytes() || complete && !PartSize.of(file()).equals(expected)) {
      throw new CheckpointException(
          "%s is damaged: its bytes do not fit the checksum in the manifest".formatted(file()));
    }
    return Checkpoint.load(file(), wanted);
  }

  /** Deletes the file of a save that failed, unless a manifest of that save is there. */
  void deleteUnless(Path of, PartName committed) {
    try {
      if (Manifest.read(of).name().save() == committed.save()) {
        return;
      }
    } catch (IOException | IllegalArgumentException ignored) {
      // There is no readable manifest, so nothing needs the file.
    }
    try {
      Files.deleteIfExists(file());
    } catch (IOException ignored) {
      // The next save tries again.
    }
  }

  /** Deletes the parts of all saves but one. */
  static void deleteOthers(Path folder, PartName kept) {
    try {
      delete(folder, name -> !kept.isOfSave(name));
    } catch (IOException ignored) {
      // They harm nothing, and the next save tries again.
    }
  }

  /** Deletes all parts in a folder. */
  static void deleteAll(Path folder) throws IOException {
    delete(folder, name -> true);
  }

  private static void delete(Path folder, Predicate<String> which) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (PartName.isPart(name) && which.test(name)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
