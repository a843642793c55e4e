package io.github.moe4j.fuzz.frames;

import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.fuzz.FuzzTarget;
import io.github.moe4j.fuzz.Tally;
import io.github.moe4j.parallel.net.SocketGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A rank of the library connected over sockets with ranks that are programs of this package, one of which says something
 * wrong in its handshake or its frames, over TLS too. What the rank sends must be the frames of the format. It must compute with exactly the numbers that were sent, or report the
 * group's failure at once; whoever is no rank must be hung up on. A case is several conversations at the same time,
 * because a group that failed takes a quarter of a second to tell the others.
 */
public final class FramesTarget implements FuzzTarget {
  private static final int USUAL_AT_ONCE = 128;

  private final Connect connect;
  private final Certificates certificates;
  private final int atOnce;
  private final long longestSeconds;
  private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
    Thread thread = new Thread(work, "fuzz frames");
    thread.setDaemon(true);
    return thread;
  });

  private FramesTarget(
      Connect connect, Certificates certificates, int atOnce, long longestSeconds) {
    this.connect = connect;
    this.certificates = certificates;
    this.atOnce = atOnce;
    this.longestSeconds = longestSeconds;
  }

  /**
   * The library as it is.
   *
   * @param folder for keys
   */
  public static FramesTarget in(Path folder) throws IOException {
    return over(SocketGroup::connect, Certificates.create(folder), USUAL_AT_ONCE, 120);
  }

  /**
   * Groups with a fault, to test that it is found.
   *
   * @param connect makes them
   * @param certificates of all
   * @param atOnce conversations of a case
   * @param longestSeconds after which a conversation hangs
   */
  static FramesTarget over(
      Connect connect, Certificates certificates, int atOnce, long longestSeconds) {
    return new FramesTarget(connect, certificates, atOnce, longestSeconds);
  }

  @Override
  public String name() {
    return "frames";
  }

  @Override
  public String unit() {
    return "conversations";
  }

  @Override
  public void run(SplittableRandom random, Tally tally) throws Exception {
    boolean isSilentAtEnd = Draw.oneIn(random, 40);
    List<Conversation> all = new ArrayList<>();
    List<Future<String>> outcomes = new ArrayList<>();
    for (int i = 0; i < atOnce; i++) {
      Conversation conversation = new Conversation(random.split(), isSilentAtEnd, certificates);
      all.add(conversation);
      outcomes.add(threads.submit(() -> conversation.run(connect, threads)));
    }
    for (int i = 0; i < atOnce; i++) {
      try {
        tally.add(outcomes.get(i).get(longestSeconds, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        throw new AssertionError("%s; conversation %d: %s".formatted(cause, i, all.get(i)), cause);
      } catch (TimeoutException e) {
        throw new AssertionError(
            "a conversation must end within its time-out but conversation %d did not: %s"
                .formatted(i, all.get(i)),
            e);
      }
    }
  }
}
