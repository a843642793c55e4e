package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A folder that all ranks can write to, such as one of a network file system; empty or absent before the run. Each rank
 * writes a file {@code rank-i}.
 *
 * @param folder made if it is missing
 * @param rank of this process
 * @param size number of ranks
 * @param timeout how long to wait for all ranks
 */
public record FolderRendezvous(Path folder, int rank, int size, Duration timeout)
    implements Rendezvous {
  private static final long POLL_MILLIS = 20;

  /** Bytes of what a rank says. */
  private static final int LONGEST = 1 << 20;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if the rank is not in [0, size), or the time-out not above 0
   */
  public FolderRendezvous {
    Require.positive("size", size);
    Require.that(rank >= 0 && rank < size, "rank must be in [0, %d) but was %d", size, rank);
    Require.that(
        !timeout.isNegative() && !timeout.isZero(), "timeout must be above 0 but was %s", timeout);
  }

  @Override
  public List<String> allGather(String own) throws IOException {
    FileErrors.createFolders(folder);
    Path mine = file(rank);
    if (Files.exists(mine)) {
      throw new FileAlreadyExistsException(
          mine.toString(), null, "the folder of a rendezvous must be empty before the run");
    }
    ReplacedFile.writeText(mine, own);
    long end = System.nanoTime() + timeout.toNanos();
    while (!missing().isEmpty()) {
      if (System.nanoTime() > end) {
        throw new IOException("ranks %s of %d did not come to %s within %s"
            .formatted(missing(), size, folder, timeout));
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("rank %d was interrupted at the rendezvous".formatted(rank), e);
      }
    }
    List<String> all = new ArrayList<>();
    for (int r = 0; r < size; r++) {
      all.add(RegularFile.text(file(r), LONGEST));
    }
    return all;
  }

  private List<Integer> missing() {
    return IntStream.range(0, size).filter(r -> !Files.exists(file(r))).boxed().toList();
  }

  private Path file(int number) {
    return folder.resolve("rank-" + number);
  }
}
