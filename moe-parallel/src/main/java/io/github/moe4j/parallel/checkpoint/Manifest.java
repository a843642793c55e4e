package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What makes parts one whole: a file {@value #NAME}, itself a checkpoint of a few entries.
 *
 * @param name of the part of rank 0
 * @param model what was trained
 * @param experts number of experts by path
 * @param parts of the ranks
 */
record Manifest(PartName name, String model, Map<String, Integer> experts, List<PartSize> parts) {
  static final String NAME = "manifest.checkpoint";

  private static final int MOST_PARTS = 1 << 20;

  /**
   * That of a save.
   *
   * @param sizes [N][2] bytes and checksum of each part
   */
  static Manifest of(PartName name, String model, Map<String, Integer> experts, long[][] sizes) {
    List<PartSize> parts = new ArrayList<>();
    for (long[] size : sizes) {
      parts.add(new PartSize(size[0], size[1]));
    }
    return new Manifest(name.of(0), model, experts, parts);
  }

  /** Throws unless all parts are in the folder, as they are if all ranks have the same one. */
  void requireParts(Path folder) throws IOException {
    for (int r = 0; r < parts.size(); r++) {
      Part part = new Part(folder, name.of(r));
      if (part.bytes() != parts.get(r).bytes()) {
        throw new IOException("%s of rank %d must have %d bytes but has %d"
            .formatted(part.name(), r, parts.get(r).bytes(), part.bytes()));
      }
    }
  }

  void write(Path folder) throws IOException {
    Checkpoint.Builder all = Checkpoint.builder()
        .longs("step", name.step())
        .longs("save", name.save())
        .text("model", model)
        .longs("bytes", parts.stream().mapToLong(PartSize::bytes).toArray())
        .longs("checksums", parts.stream().mapToLong(PartSize::checksum).toArray());
    experts.forEach((path, number) -> all.longs("experts." + path, number));
    all.save(folder.resolve(NAME));
  }

  /** Reads that of a folder. */
  static Manifest read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (Files.notExists(file)) {
      throw new CheckpointException(folder + " has no " + NAME + ": there is no checkpoint in it");
    }
    try {
      return of(file, Checkpoint.load(file));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CheckpointException(file + " is not a manifest: " + e.getMessage());
    }
  }

  private static Manifest of(Path file, Checkpoint saved) throws CheckpointException {
    long[] bytes = saved.longs("bytes");
    long[] checksums = saved.longs("checksums");
    if (bytes.length == 0 || bytes.length > MOST_PARTS || bytes.length != checksums.length) {
      throw new CheckpointException("%s must have as many checksums as parts but has %d and %d"
          .formatted(file, checksums.length, bytes.length));
    }
    List<PartSize> parts = new ArrayList<>();
    for (int r = 0; r < bytes.length; r++) {
      parts.add(new PartSize(bytes[r], checksums[r]));
    }
    Map<String, Integer> experts = new LinkedHashMap<>();
    Checkpoint numbers = saved.below("experts");
    for (String path : numbers.names()) {
      experts.put(path, Math.toIntExact(numbers.number(path)));
    }
    PartName first = new PartName(saved.number("step"), saved.number("save"), 0);
    return new Manifest(first, saved.text("model"), experts, parts);
  }
}
