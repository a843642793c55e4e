package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;

/** Ranks in threads of this process that talk over sockets. */
final class SocketRanks {
  private SocketRanks() {}

  /** A rendezvous in memory. */
  private record Meeting(String[] texts, CyclicBarrier all, int rank) implements Rendezvous {
    @Override
    public int size() {
      return texts.length;
    }

    @Override
    public List<String> allGather(String own) throws IOException {
      texts[rank] = own;
      try {
        all.await();
      } catch (InterruptedException | BrokenBarrierException e) {
        throw new IOException(e);
      }
      return List.of(texts);
    }
  }

  static void run(int ranks, SocketOptions options, Consumer<Group> body) {
    String[] texts = new String[ranks];
    CyclicBarrier all = new CyclicBarrier(ranks);
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int r = 0; r < ranks; r++) {
      Rendezvous rendezvous = new Meeting(texts, all, r);
      Thread thread = new Thread(() -> {
        try (Group group = SocketGroup.connect(rendezvous, options)) {
          runBody(group, body);
        } catch (IOException | RuntimeException | Error e) {
          synchronized (failures) {
            failures.add(e);
          }
        }
      });
      threads.add(thread);
      thread.start();
    }
    threads.forEach(SocketRanks::join);
    for (Throwable failure : failures) {
      if (failure instanceof GroupException group) {
        throw group;
      }
      throw new AssertionError(failure);
    }
  }

  private static void runBody(Group group, Consumer<Group> body) {
    try {
      body.accept(group);
    } catch (RuntimeException | Error e) {
      group.abort(e);
      group.barrier(); // throws what the group failed of
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
