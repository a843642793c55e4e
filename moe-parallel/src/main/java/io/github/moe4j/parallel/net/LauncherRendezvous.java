package io.github.moe4j.parallel.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ranks meet through the pipes to the process that started them, {@link RankProcesses}: each prints its address in a line
 * and reads those of all in one. When its input ends, that process has ended, and a rank ends with it.
 *
 * @param rank of this process
 * @param size number of ranks
 * @param timeout how long to wait for all ranks
 */
record LauncherRendezvous(int rank, int size, Duration timeout) implements Rendezvous {
  /** In place of a folder. */
  static final String NAME = "-";

  /** How the line with the address of a rank begins. */
  static final String MARK = "moe4j rank is at ";

  /** Between addresses. */
  static final String SEPARATOR = ",";

  @Override
  public List<String> allGather(String own) throws IOException {
    CompletableFuture<String> all = new CompletableFuture<>();
    Thread thread = new Thread(() -> read(all), "moe4j rank " + rank + " hears its launcher");
    thread.setDaemon(true);
    thread.start();
    System.out.println(MARK + own);
    System.out.flush();
    try {
      return List.of(all.get(timeout.toMillis(), TimeUnit.MILLISECONDS).split(SEPARATOR));
    } catch (TimeoutException e) {
      throw new IOException(
          "the %d ranks did not all come within %s, as rank %d waited"
              .formatted(size, timeout, rank),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("rank %d was interrupted at the rendezvous".formatted(rank), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it completes with a line or not at all
    }
  }

  /** Until the input ends: then nobody would end this rank, or read what it prints. */
  private static void read(CompletableFuture<String> all) {
    try {
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        all.complete(line);
      }
    } catch (IOException e) {
      // gone too
    }
    Runtime.getRuntime().halt(1);
  }
}
