package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.internal.Parallel;
import org.junit.jupiter.api.Test;

/** Which threads are chosen where; that all give the same bits is in {@link ThreadsTest}. */
class ThreadsChoiceTest {
  @Test
  void run_workFailsOrIsNested_choiceOfTheCallerAsBefore() {
    Threads.of(3).run(() -> {
      assertThrows(
          IllegalStateException.class,
          () -> Threads.of(2).run(() -> {
            assertEquals(2, Parallel.workers(100));
            throw new IllegalStateException("on purpose");
          }));
      assertEquals(3, Parallel.workers(100));
    });
    assertNull(Parallel.team());
  }

  @Test
  void of_noThread_isRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> Threads.of(0));
    assertEquals("count must be at least 1 but was 0", error.getMessage());
  }

  @Test
  void call_work_resultOfItWithTheseThreads() {
    assertEquals(3, Threads.of(3).call(() -> Parallel.workers(100)));
    assertNull(Parallel.team());
  }

  @Test
  void toString_threads_theirNumber() {
    assertEquals("Threads of 3", Threads.of(3).toString());
  }
}
