package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class WatchTest {
  private final TestWatch watches = TestWatch.stopAfter(2);

  private Watch open() {
    return watches.open("task", 5, "steps", new PrintWriter(new StringWriter()));
  }

  @Test
  void finishes_stopAsked_endsBeforeTheNextStep() {
    try (Watch watch = open()) {
      assertFalse(watch.finishes(() -> {
        for (int i = 0; i < 5; i++) {
          watch.leaveIfAsked();
          watch.step(1);
        }
      }));
      assertTrue(watch.getAsBoolean());
    }
    assertEquals(2, watches.done());
    assertTrue(watches.isClosed());
  }

  @Test
  void finishes_stopAskedInTheLastStep_allIsDone() {
    try (Watch watch = open()) {
      assertTrue(watch.finishes(() -> {
        watch.leaveIfAsked();
        watch.step(2);
      }));
    }
  }

  @Test
  void finishes_error_goesOn() {
    try (Watch watch = open()) {
      assertThrows(
          ArithmeticException.class,
          () -> watch.finishes(() -> {
            throw new ArithmeticException("wrong");
          }));
    }
  }

  @Test
  void none_anyStep_neverAsks() {
    Watch.none().step(3);
    Watch.none().leaveIfAsked();
    assertFalse(Watch.none().getAsBoolean());
  }

  @Test
  void interrupted_byHand_saysHowMuchThereIs() {
    assertEquals("interrupted after 2 of 1,100 parts", Watch.interrupted(2, 1100, "parts"));
  }
}
