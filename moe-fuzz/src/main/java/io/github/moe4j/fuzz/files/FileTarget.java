package io.github.moe4j.fuzz.files;

import com.sun.management.ThreadMXBean;
import io.github.moe4j.fuzz.FuzzTarget;
import io.github.moe4j.fuzz.Tally;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Right files with a few changes: each is read, or refused by the documented exception of its format, with heap memory in
 * proportion to its size.
 */
public final class FileTarget implements FuzzTarget {
  private static final long BYTES_PER_BYTE = 256;

  private final Path folder;
  private final List<List<? extends FileKind>> kinds;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * @param kinds equally likely, each of one or several folders
   */
  private FileTarget(Path folder, List<List<? extends FileKind>> kinds) {
    this.folder = folder;
    this.kinds = kinds;
  }

  /**
   * All formats.
   *
   * @param folder for the files, best in memory
   */
  public static FileTarget in(Path folder) throws IOException {
    ModelKind model = ModelKind.create(folder);
    List<ModelKind> layouts = LayoutFolders.create(folder);
    return new FileTarget(
        folder,
        List.of(
            List.of(CheckpointKind.create(folder)),
            List.of(SafetensorsKind.create()),
            List.of(ShardsKind.create(folder)),
            List.of(TraceKind.create(folder)),
            List.of(RanksKind.create(folder)),
            List.of(MeetingKind.create()),
            List.of(ReportKind.create(folder)),
            List.of(model),
            List.of(AdapterKind.create(folder)),
            layouts,
            InspectKind.create(model, layouts),
            List.of(LabStateKind.create(folder)),
            LabOptionsKind.create(folder)));
  }

  /** The same for some formats, to test the target. */
  static FileTarget of(Path folder, FileKind... kinds) {
    return new FileTarget(folder, List.of(List.of(kinds)));
  }

  @Override
  public String name() {
    return "files";
  }

  @Override
  public String unit() {
    return "files";
  }

  @Override
  public void run(SplittableRandom random, Tally tally) throws Exception {
    List<? extends FileKind> folders = kinds.get(random.nextInt(kinds.size()));
    FileKind kind = folders.get(random.nextInt(folders.size()));
    Map<String, byte[]> files = new LinkedHashMap<>(kind.right());
    List<String> names = new ArrayList<>(files.keySet());
    String damaged = names.get(random.nextInt(names.size()));
    byte[] right = files.get(damaged);
    files.put(damaged, random.nextInt(200) == 0 ? right : kind.changed(random, damaged, right));
    boolean isRepaired = random.nextInt(3) > 0;
    if (isRepaired) {
      kind.repair(files, damaged);
    }
    boolean isSame = Arrays.equals(right, files.get(damaged));
    Path place = folder.resolve("case");
    write(place, files);
    long size = files.values().stream().mapToLong(bytes -> bytes.length).sum();
    long before = threads.getCurrentThreadAllocatedBytes();
    String outcome = outcome(kind, place, isSame);
    long used = threads.getCurrentThreadAllocatedBytes() - before;
    if (used > kind.fixedBytes() + BYTES_PER_BYTE * size) {
      throw new AssertionError(
          "%s of %d bytes took %d bytes of heap".formatted(kind.name(), size, used));
    }
    if (outcome.equals("read") && !isSame && !isRepaired && kind.isChecked()) {
      throw new AssertionError("a changed " + kind.name() + " must be refused but was read");
    }
    tally.add(outcome);
    tally.note(kind.name());
  }

  /** Reads all right folders, to test that they are right. */
  void readRight() throws IOException {
    Path place = folder.resolve("case");
    for (List<? extends FileKind> folders : kinds) {
      for (FileKind kind : folders) {
        write(place, kind.right());
        outcome(kind, place, true);
      }
    }
  }

  private static void write(Path place, Map<String, byte[]> files) throws IOException {
    if (Files.isDirectory(place)) {
      try (var old = Files.newDirectoryStream(place)) {
        for (Path file : old) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(place);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(place.resolve(file.getKey()), file.getValue());
    }
  }

  private static String outcome(FileKind kind, Path place, boolean isSame) {
    try {
      kind.read(place);
      return "read";
    } catch (Exception e) {
      if (isSame) {
        throw new AssertionError(
            "a right " + kind.name() + " must be read but was refused: " + e, e);
      }
      String message = String.valueOf(e.getMessage());
      boolean isNamed = kind.right().keySet().stream().anyMatch(message::contains);
      if (!kind.refuses(e) || !isNamed) {
        throw new AssertionError(
            "a damaged %s must be refused by its exception, which names the file, but failed: %s"
                .formatted(kind.name(), e),
            e);
      }
      return "refused";
    }
  }
}
