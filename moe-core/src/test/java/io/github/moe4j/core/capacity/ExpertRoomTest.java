package io.github.moe4j.core.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

class ExpertRoomTest {
  /** Two sequences of two tokens, the last of which is padding; three experts. */
  private static RouterDecision decision() {
    Assignments all =
        Assignments.of(4, 3, new int[] {0, 1, 2}, new int[] {0, 1, 2}, new double[] {1, 1, 1});
    return RouterDecision.of(all, TokenMask.of(true, true, true, false), 2, null, null);
  }

  @Test
  void of_sequencesOfDifferentLengths_eachHasItsOwnLimit() {
    ExpertRoom room =
        ExpertRoom.of(CapacityDemand::tokens, true, decision(), PassMode.evaluation());
    for (int e = 0; e < 3; e++) {
      assertEquals(2, room.left(0, e), "expert " + e);
      assertEquals(1, room.left(1, e), "expert " + e);
    }
  }

  @Test
  void take_fromOneSequence_leavesTheOther() {
    ExpertRoom room =
        ExpertRoom.of(CapacityDemand::tokens, true, decision(), PassMode.evaluation());
    assertTrue(room.take(2, 1));
    assertFalse(room.take(3, 1));
    assertEquals(0, room.left(1, 1));
    assertEquals(2, room.left(0, 1));
    assertEquals(1, room.left(1, 0));
  }
}
