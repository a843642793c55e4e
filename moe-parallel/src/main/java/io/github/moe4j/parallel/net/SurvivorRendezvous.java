package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How the ranks that are left of a group that failed find each other, by files in a folder: each says that it is there,
 * and when nobody has come for a while, one of them writes down who belongs to the new group. Whoever comes later is not
 * part of it and gets an error. They are numbered anew, in their order.
 *
 * <p>One folder for each such meeting, empty or absent before, such as {@code generation-1} of the folder of the run.
 */
public final class SurvivorRendezvous implements Rendezvous {
  private static final long POLL_MILLIS = 10;

  /** Bytes of a decision. */
  private static final int LONGEST = 1 << 20;

  private final int oldSize;
  private final int[] survivors;
  private final FolderRendezvous rendezvous;

  private SurvivorRendezvous(int oldSize, int[] survivors, FolderRendezvous rendezvous) {
    this.oldSize = oldSize;
    this.survivors = survivors;
    this.rendezvous = rendezvous;
  }

  /**
   * Meets the others. Returns when it is decided who belongs to the new group.
   *
   * @param folder that all can write to
   * @param rank of this process in the group that failed
   * @param size of that group
   * @param quiet how long nobody must have come; longer than ranks differ in learning of the failure
   * @param timeout how long to wait for the decision, and later for the others at the rendezvous
   * @throws IOException if this rank came too late, the folder is not empty, or there is no decision in time
   */
  public static SurvivorRendezvous meet(
      Path folder, int rank, int size, Duration quiet, Duration timeout) throws IOException {
    Require.that(rank >= 0 && rank < size, "rank must be in [0, %d) but was %d", size, rank);
    Require.that(
        timeout.compareTo(quiet) > 0, "timeout %s must be longer than quiet %s", timeout, quiet);
    FileErrors.createFolders(folder);
    try {
      Files.createFile(there(folder, rank));
    } catch (FileAlreadyExistsException e) {
      throw new FileAlreadyExistsException(
          e.getFile(), null, "the folder of a meeting must be empty before it");
    }
    int[] survivors = decision(folder, rank, size, quiet, timeout);
    int place = Arrays.binarySearch(survivors, rank);
    if (place < 0) {
      throw new IOException("rank %d came too late to %s: ranks %s continue without it"
          .formatted(rank, folder, Arrays.toString(survivors)));
    }
    return new SurvivorRendezvous(
        size,
        survivors,
        new FolderRendezvous(folder.resolve("group"), place, survivors.length, timeout));
  }

  private static int[] decision(Path folder, int rank, int size, Duration quiet, Duration timeout)
      throws IOException {
    Path decision = folder.resolve("survivors");
    long end = System.nanoTime() + timeout.toNanos();
    long last = System.nanoTime();
    int[] known = {};
    while (!Files.exists(decision)) {
      int[] now =
          IntStream.range(0, size).filter(r -> Files.exists(there(folder, r))).toArray();
      if (!Arrays.equals(now, known)) {
        known = now;
        last = System.nanoTime();
      }
      boolean isComplete = now.length == size || System.nanoTime() - last > quiet.toNanos();
      if (isComplete && isFirst(folder)) {
        write(decision, now);
      }
      if (System.nanoTime() > end) {
        throw new IOException("rank %d found no decision in %s within %s: came were %s"
            .formatted(rank, folder, timeout, Arrays.toString(known)));
      }
      pause(rank);
    }
    return survivors(decision, size);
  }

  private static int[] survivors(Path decision, int size) throws IOException {
    String text = RegularFile.text(decision, LONGEST).strip();
    String[] words = text.split(" ");
    int[] ranks = Arrays.stream(words).allMatch(word -> word.matches("\\d{1,9}"))
        ? Arrays.stream(words).mapToInt(Integer::parseInt).toArray()
        : new int[0];
    boolean rises = IntStream.range(1, ranks.length).allMatch(i -> ranks[i - 1] < ranks[i]);
    if (ranks.length == 0 || !rises || ranks[ranks.length - 1] >= size) {
      throw new IOException("%s must have ascending numbers of ranks below %d but has %s"
          .formatted(decision, size, Shown.of(text)));
    }
    return ranks;
  }

  private static Path there(Path folder, int rank) {
    return folder.resolve("there-" + rank);
  }

  /** Only one rank makes the directory. */
  private static boolean isFirst(Path folder) throws IOException {
    try {
      Files.createDirectory(folder.resolve("decides"));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static void write(Path decision, int[] survivors) throws IOException {
    String text =
        Arrays.stream(survivors).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    ReplacedFile.writeText(decision, text);
  }

  private static void pause(int rank) throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("rank %d was interrupted while it met others".formatted(rank), e);
    }
  }

  /** The ranks that are left, by their old numbers, ascending. */
  public int[] survivors() {
    return survivors.clone();
  }

  /** The other ranks, by their old numbers, ascending. */
  public int[] lost() {
    return IntStream.range(0, oldSize)
        .filter(r -> Arrays.binarySearch(survivors, r) < 0)
        .toArray();
  }

  @Override
  public int rank() {
    return rendezvous.rank();
  }

  @Override
  public int size() {
    return rendezvous.size();
  }

  @Override
  public List<String> allGather(String own) throws IOException {
    return rendezvous.allGather(own);
  }
}
