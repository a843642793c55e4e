package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.parallel.RankBatch.Result;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class ChunksTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int E = 7;

  @AfterEach
  void noThreadIsLeft() {
    Thread.getAllStackTraces()
        .keySet()
        .forEach(thread -> assertTrue(
            !thread.getName().startsWith("moe4j exchange"), thread.getName() + " is alive"));
  }

  private static List<Result> run(RankBatch batch, Placement placement, Experts whole, int chunks) {
    return Group.threads(placement.ranks(), TIMEOUT, group -> {
      ExpertParallel experts = RankBatch.parallel(group, placement, whole).withChunks(chunks);
      return RankBatch.run(RankBatch.layer(experts), batch.x(group.rank()), batch.dy(group.rank()));
    });
  }

  @ParameterizedTest
  @CsvSource({"1,2", "2,2", "2,3", "3,2", "2,9", "4,2"})
  void forwardBackward_chunks_changeNoBit(int ranks, int chunks) {
    Placement scattered = Placement.byLoad(new long[] {1, 9, 2, 8, 3, 7, 4}, ranks);
    Placement replicas = Placement.of(
        ranks,
        new int[] {0},
        all(ranks),
        new int[] {ranks - 1},
        all(ranks),
        all(ranks),
        new int[] {0},
        new int[] {ranks / 2});
    Experts whole = RankBatch.glu(E, DataType.FLOAT);
    RankBatch batch = RankBatch.of(ranks, 80, DataType.FLOAT);
    for (Placement placement : List.of(Placement.even(E, ranks), scattered, replicas)) {
      List<Result> expected = run(batch, placement, whole, 1);

      List<Result> actual = run(batch, placement, whole, chunks);

      for (int r = 0; r < ranks; r++) {
        Result one = expected.get(r);
        Result many = actual.get(r);
        assertSameBits("y", one.y(), many.y());
        assertSameBits("dx", one.dx(), many.dx());
        one.gradients()
            .forEach(
                (name, array) -> assertSameBits(name, array, many.gradients().get(name)));
      }
    }
  }

  private static int[] all(int ranks) {
    return IntStream.range(0, ranks).toArray();
  }

  @Test
  void run_chunks_workAndExchangesOverlapInOneOrder() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Map<String, CountDownLatch> done = new ConcurrentHashMap<>();

    long waited = new ChunkPipeline(
            3,
            c -> order.add(reach(done, "dispatch " + c)),
            c -> {
              // Nothing but another thread can have done this meanwhile.
              await(done, c < 2 ? "dispatch " + (c + 1) : "combine 0");
              reach(done, "work " + c);
            },
            c -> {
              await(done, "work " + c);
              order.add(reach(done, "combine " + c));
            })
        .run("moe4j exchange");

    assertEquals(
        List.of("dispatch 0", "dispatch 1", "combine 0", "dispatch 2", "combine 1", "combine 2"),
        order);
    assertTrue(waited > 0);
  }

  private static String reach(Map<String, CountDownLatch> done, String what) {
    done.computeIfAbsent(what, key -> new CountDownLatch(1)).countDown();
    return what;
  }

  private static void await(Map<String, CountDownLatch> done, String what) {
    try {
      assertTrue(
          done.computeIfAbsent(what, key -> new CountDownLatch(1)).await(30, TimeUnit.SECONDS),
          what + " did not come");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"dispatch,0", "dispatch,2", "combine,0", "combine,2", "work,0", "work,2"})
  void run_anyPartFails_thatFailureAndNoMore(String part, int chunk) {
    GroupException failure = new GroupException("rank 1 is dead", null);
    List<String> after = Collections.synchronizedList(new ArrayList<>());

    GroupException thrown = assertThrows(
        GroupException.class,
        () -> new ChunkPipeline(
                3,
                c -> failAt(part, chunk, "dispatch", c, failure, after),
                c -> failAt(part, chunk, "work", c, failure, after),
                c -> failAt(part, chunk, "combine", c, failure, after))
            .run("moe4j exchange"));

    assertSame(failure, thrown);
    assertFalse(after.contains("combine " + chunk), after.toString());
  }

  private static void failAt(
      String part, int chunk, String own, int c, GroupException failure, List<String> after) {
    if (part.equals(own) && c == chunk) {
      throw failure;
    }
    after.add(own + " " + c);
  }

  @Test
  void run_interruptedWhileAnExchangeWaits_exchangeEnds() {
    CountDownLatch exchanging = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    Thread interrupter = new Thread(() -> {
      try {
        exchanging.await();
        caller.interrupt();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    interrupter.start();

    GroupException failure = assertThrows(
        GroupException.class,
        () -> new ChunkPipeline(
                2,
                c -> {
                  try {
                    exchanging.countDown();
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    throw new GroupException("rank 0 was interrupted", e);
                  }
                },
                c -> {},
                c -> {})
            .run("moe4j exchange"));

    assertEquals("rank 0 was interrupted", failure.getMessage());
    assertTrue(Thread.interrupted(), "stays interrupted");
  }

  @Test
  void forward_expertsOfARankFail_oneErrorNamesIt() {
    RankBatch batch = RankBatch.of(3, 60, DataType.FLOAT);
    Experts whole = RankBatch.glu(6, DataType.FLOAT);

    GroupException failure = assertThrows(
        GroupException.class,
        () -> Group.threads(3, TIMEOUT, group -> {
          Placement placement = Placement.even(6, 3);
          Experts own = ExpertSelection.of(whole, placement.expertsOn(group.rank()));
          ExpertParallel experts = ExpertParallel.of(
                  group, placement, group.rank() == 1 ? new Failing(own) : own)
              .withChunks(2);
          return RankBatch.run(
              RankBatch.layer(experts), batch.x(group.rank()), batch.dy(group.rank()));
        }));

    assertTrue(failure.getMessage().startsWith("rank 1 failed"), failure.getMessage());
    assertTrue(failure.getMessage().contains("out of luck"), failure.getMessage());
  }

  /** Experts whose second run fails. */
  private static final class Failing implements Experts {
    private final Experts inner;
    private int runs;

    Failing(Experts inner) {
      this.inner = inner;
    }

    @Override
    public int experts() {
      return inner.experts();
    }

    @Override
    public int modelWidth() {
      return inner.modelWidth();
    }

    @Override
    public NamedArrays parameters() {
      return inner.parameters();
    }

    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      if (++runs == 2) {
        throw new IllegalStateException("out of luck");
      }
      return inner.run(xR, expertStart, mode, scope);
    }
  }

  @Test
  void forward_otherChunksOnARank_errorOnAll() {
    RankBatch batch = RankBatch.of(2, 20, DataType.FLOAT);
    Experts whole = RankBatch.glu(E, DataType.FLOAT);

    Group.threads(2, TIMEOUT, group -> {
      ExpertParallel experts =
          RankBatch.parallel(group, Placement.even(E, 2), whole).withChunks(2 + group.rank());
      String message = assertThrows(
              IllegalArgumentException.class,
              () -> RankBatch.run(
                  RankBatch.layer(experts), batch.x(group.rank()), batch.dy(group.rank())))
          .getMessage();
      assertTrue(message.contains("all ranks must exchange in one way"), message);
      return 0;
    });
    assertThrows(
        IllegalArgumentException.class,
        () -> RankBatch.parallel(Group.single(), Placement.even(E, 1), whole).withChunks(0));
  }
}
