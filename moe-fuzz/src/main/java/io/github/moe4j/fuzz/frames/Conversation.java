package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.parallel.net.SocketOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A rank of the library among others, one of which says something wrong. */
final class Conversation {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String DIVIDED = "divided otherwise";
  private static final Duration SHORT = Duration.ofSeconds(5);

  private final SplittableRandom random;
  private final boolean isSilentAtEnd;
  private final Script script;
  private final @Nullable Certificates tls;
  private final byte[] secret;
  private final TreeMap<Integer, byte[]> streams = new TreeMap<>();
  private final int liar;
  private final boolean isAdmission;
  private final boolean isRight;

  /**
   * Draws one.
   *
   * @param isSilentAtEnd whether others stay connected after what they say, and the rank has to find that out by time
   * @param certificates for a conversation over TLS
   */
  Conversation(SplittableRandom random, boolean isSilentAtEnd, Certificates certificates) {
    this.random = random;
    this.isSilentAtEnd = isSilentAtEnd;
    this.script = Script.draw(random);
    this.tls = Draw.oneIn(random, 6) ? certificates : null;
    this.secret = new byte[tls == null ? 16 : 0];
    random.nextBytes(secret);
    int[] others =
        IntStream.range(0, script.size()).filter(r -> r != script.rank()).toArray();
    this.liar = Draw.of(random, others);
    this.isAdmission = Draw.oneIn(random, 4);
    this.isRight = isAdmission || Draw.oneIn(random, 10);
    for (int other : others) {
      streams.put(
          other,
          other == liar && !isRight
              ? Changes.of(random, script.of(other))
              : Changes.bytes(script.of(other)));
    }
  }

  /**
   * Runs it.
   *
   * @return what came of it, for a tally
   */
  String run(Connect connect, ExecutorService threads) throws Exception {
    TreeMap<Integer, ScriptedPeer> peers = new TreeMap<>();
    try {
      streams.forEach((r, stream) -> peers.put(r, peer(r, stream)));
      CompletableFuture<String> own = new CompletableFuture<>();
      List<Future<?>> others = new ArrayList<>();
      for (ScriptedPeer peer : peers.values()) {
        SplittableRandom its = random.split();
        others.add(threads.submit(() -> peer.run(its, own, threads)));
      }
      List<String> addresses = IntStream.range(0, script.size())
          .mapToObj(r -> r == script.rank() ? "" : peers.get(r).address())
          .toList();
      String outcome;
      try {
        outcome = outcome(connect, new Meeting(script.rank(), addresses, own));
      } catch (IOException e) {
        if (isSilentAtEnd) { // its time-out is short
          return "connected too late";
        }
        throw e;
      }
      for (Future<?> other : others) {
        other.get();
      }
      if (!outcome.equals(DIVIDED)) {
        // The last record of TLS comes after the last frame: a rank that hangs up without reading
        // it resets the connection.
        peers.forEach((r, peer) -> Sent.requireRight(
            r, peer.heard(), script.to(r), isRight, tls != null && peer.isReset()));
      }
      return tls == null ? outcome : outcome + " over TLS";
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } finally {
      for (ScriptedPeer peer : peers.values()) {
        peer.close();
      }
    }
  }

  private ScriptedPeer peer(int number, byte[] stream) {
    Greeting greeting = new Greeting(number, script.size(), number > script.rank(), secret);
    int strangers = isAdmission && number == liar ? 1 + random.nextInt(2) : 0;
    return new ScriptedPeer(
        greeting,
        script.rank(),
        stream,
        isSilentAtEnd,
        IntStream.range(0, strangers)
            .mapToObj(i -> stranger(new Stranger(greeting, script.rank(), random.split())))
            .toList(),
        tls == null ? null : tls.ranks());
  }

  private Visitor stranger(Stranger stranger) {
    return tls == null ? stranger : new TlsStranger(tls, stranger, random.split());
  }

  private String outcome(Connect connect, Meeting meeting) throws IOException {
    SocketOptions options = (tls == null
            ? SocketOptions.secret(secret)
            : SocketOptions.tls(tls.ranks()))
        .withTimeout(isSilentAtEnd ? SHORT : LONG);
    Expectation expectation = new Expectation(script, streams, isSilentAtEnd);
    try (Group group = connect.connect(meeting, options)) {
      List<Group> groups = new ArrayList<>(List.of(group));
      for (int i = 0; i < script.operations().size(); i++) {
        long[] numbers;
        try {
          numbers = script.operations().get(i).run(groups);
        } catch (GroupException e) {
          expectation.requireRefusal(e, liar);
          return isSilentAtEnd ? "refused or late" : "refused";
        }
        if (!expectation.requireRight(i, numbers)) {
          return DIVIDED;
        }
      }
      return isAdmission ? "strangers hung up on" : "completed";
    }
  }

  @Override
  public String toString() {
    return "rank %d of %d with rank %d%s, %s"
        .formatted(
            script.rank(),
            script.size(),
            liar,
            tls == null ? "" : " over TLS",
            script.operations().stream()
                .map(operation -> operation.rounds().get(0).said())
                .toList());
  }
}
