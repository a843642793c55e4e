package io.github.moe4j.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.StoppedException;
import io.github.moe4j.cli.TestWatch;
import io.github.moe4j.cli.Watch;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class RateMeterTest {
  /** Takes a known time, however busy the machine: a rate above the known one would be a wrong count. */
  private static double pause(RateMeter.Sample sample) {
    long end = System.nanoTime() + 1_000_000L * sample.rounds();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return 0;
  }

  @Test
  void on_workOfAMillisecond_atMostAThousandASecondOfEachThread() {
    RateMeter meter = new RateMeter(20, Watch.none());
    double one = meter.on(1, 0, (worker, sample) -> pause(sample));
    assertTrue(one > 0 && one <= 1000, "rate " + one);
    double three = meter.on(3, 0, (worker, sample) -> pause(sample));
    assertTrue(three > 0 && three <= 3000, "rate " + three);
  }

  @Test
  void on_severalWorkers_eachDoesItsPart() {
    Set<Integer> workers = ConcurrentHashMap.newKeySet();
    new RateMeter(1, Watch.none()).on(3, 0, (worker, sample) -> {
      assertEquals(3, sample.workers());
      workers.add(worker);
      return 0;
    });
    assertEquals(Set.of(0, 1, 2), workers);
  }

  @Test
  void on_quickWork_moreRoundsInASample() {
    int[] most = {0};
    new RateMeter(5, Watch.none()).on(1, 0, (worker, sample) -> {
      most[0] = Math.max(most[0], sample.rounds());
      return 0;
    });
    assertTrue(most[0] > 1, "rounds " + most[0]);
  }

  @Test
  void on_askedToStop_leavesBetweenSamples() {
    TestWatch watches = TestWatch.stopAfter(0);
    Watch watch = watches.open("rates", 1, "rates", new PrintWriter(Writer.nullWriter()));
    boolean[] worked = {false};
    RateMeter meter = new RateMeter(5, watch);
    assertThrows(
        StoppedException.class,
        () -> meter.on(1, 0, (worker, sample) -> {
          worked[0] = true;
          return 0;
        }));
    assertFalse(worked[0]);
  }
}
