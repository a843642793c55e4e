package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.Parallel.Team;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which part of the work is done by whom; {@link RowsTest} has that every row is done once. */
@Timeout(60)
class ParallelTest {
  private static Team team(int size) {
    return new Team(size, HelperPool.SHARED);
  }

  private record Range(int from, int to) {}

  private static Set<Range> ranges(int size, int n, int grain) {
    Set<Range> ranges = ConcurrentHashMap.newKeySet();
    Parallel.in(
        team(size), () -> Parallel.ranges(n, grain, (from, to) -> ranges.add(new Range(from, to))));
    return ranges;
  }

  @Test
  void ranges_grain_asManyAsItAllows() {
    assertEquals(Set.of(new Range(0, 5), new Range(5, 10)), ranges(8, 10, 5));
    assertEquals(Set.of(new Range(0, 10)), ranges(8, 10, 6));
    assertEquals(Set.of(new Range(0, 3), new Range(3, 6), new Range(6, 10)), ranges(3, 10, 1));
    assertEquals(Set.of(), ranges(8, 0, 5));
  }

  @Test
  void workers_tasksAndTeam_theFewer() {
    Parallel.in(team(3), () -> {
      assertEquals(3, Parallel.workers(5));
      assertEquals(2, Parallel.workers(2));
      assertEquals(1, Parallel.workers(0));
    });
    assertTrue(Parallel.workers(1_000_000) >= 1);
  }

  @Test
  void tasks_oneWorker_inTheCallerAndInOrder() {
    Thread caller = Thread.currentThread();
    List<Integer> done = new ArrayList<>();
    Parallel.tasks(4, 1, (worker, task) -> {
      assertEquals(0, worker);
      assertSame(caller, Thread.currentThread());
      done.add(task);
    });
    assertEquals(List.of(0, 1, 2, 3), done);
  }

  /** Two parts that wait for each other, so that two threads must run them. */
  private static void meet(CountDownLatch both) {
    both.countDown();
    try {
      assertTrue(both.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void tasks_twoWorkers_atTheSameTime() {
    CountDownLatch both = new CountDownLatch(2);
    Set<Integer> workers = ConcurrentHashMap.newKeySet();
    Parallel.tasks(2, 2, (worker, task) -> {
      workers.add(worker);
      meet(both);
    });
    assertEquals(Set.of(0, 1), workers);
  }

  @Test
  void tasks_ofATeam_itsHelpersHelpAndBelongToIt() {
    Set<String> names = ConcurrentHashMap.newKeySet();
    Team team = new Team(2, new HelperPool(task -> {
      Thread thread = new Thread(task, "of the team");
      thread.setDaemon(true);
      thread.start();
    }));
    CountDownLatch both = new CountDownLatch(2);
    ConcurrentLinkedQueue<Team> teams = new ConcurrentLinkedQueue<>();
    Parallel.in(
        team,
        () -> Parallel.tasks(2, (worker, task) -> {
          names.add(Thread.currentThread().getName());
          teams.add(Parallel.team());
          meet(both);
        }));
    assertEquals(Set.of(Thread.currentThread().getName(), "of the team"), names);
    assertEquals(List.of(team, team), List.copyOf(teams));
  }

  @Test
  void in_nestedTeams_eachBackAfterwards() {
    Team outer = team(2);
    Team inner = team(3);
    List<Team> seen = new ArrayList<>();
    assertNull(Parallel.team());
    Parallel.in(outer, () -> {
      seen.add(Parallel.team());
      Parallel.in(inner, () -> seen.add(Parallel.team()));
      seen.add(Parallel.team());
      Parallel.in(outer, () -> seen.add(Parallel.team()));
      seen.add(Parallel.team());
      Parallel.in(null, () -> seen.add(Parallel.team()));
      assertThrows(
          IllegalStateException.class,
          () -> Parallel.in(inner, () -> {
            throw new IllegalStateException("on purpose");
          }));
      seen.add(Parallel.team());
    });
    assertEquals(List.of(outer, inner, outer, outer, outer, outer, outer), seen);
    assertNull(Parallel.team());
  }
}
