package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.DropOrder;
import org.junit.jupiter.api.Test;

class KeptPlacesTest {
  /** Three tokens with two choices each: experts 0 and 1, then 1 and 0, then 0 and 1. */
  private static RouterDecision decision(int sequenceLength) {
    Assignments all = Assignments.of(
        3, 2, new int[] {0, 0, 1, 1, 2, 2}, new int[] {0, 1, 1, 0, 0, 1}, new double[] {
          6, 5, 4, 3, 2, 1
        });
    return RouterDecision.of(all, TokenMask.none(3), sequenceLength, null, null);
  }

  @Test
  void of_choiceMajor_firstChoicesComeFirst() {
    RouterDecision decision = decision(3);
    KeptPlaces places =
        KeptPlaces.of(decision, decision.assignments(), DropOrder.choiceMajor(), false);
    // expert 0: tokens 0 and 2 by first choice, then 1; expert 1: token 1, then 0 and 2
    assertArrayEquals(new int[] {0, 1, 0, 2, 1, 2}, places.slot());
    assertArrayEquals(new int[] {0, 1, 0, 1, 0, 1}, places.choice());
  }

  @Test
  void of_droppedFirstChoice_secondStaysSecond() {
    RouterDecision decision = decision(3);
    Assignments kept = decision.assignments().select(new int[] {0, 1, 3, 5});
    KeptPlaces places = KeptPlaces.of(decision, kept, DropOrder.tokenMajor(), false);
    assertArrayEquals(new int[] {0, 1, 1, 1}, places.choice());
    assertArrayEquals(new int[] {0, 0, 1, 1}, places.slot());
  }

  @Test
  void of_perSequence_countsAnew() {
    RouterDecision decision = decision(1);
    KeptPlaces places =
        KeptPlaces.of(decision, decision.assignments(), DropOrder.tokenMajor(), true);
    assertArrayEquals(new int[6], places.slot());
  }

  @Test
  void of_otherOrder_isRefused() {
    RouterDecision decision = decision(3);
    Assignments turned = decision.assignments().select(new int[] {1, 0});
    assertThrows(
        IllegalArgumentException.class,
        () -> KeptPlaces.of(decision, turned, DropOrder.tokenMajor(), false));
  }

  @Test
  void within_tooFewSlots_isRefused() {
    RouterDecision decision = decision(3);
    KeptPlaces places =
        KeptPlaces.of(decision, decision.assignments(), DropOrder.tokenMajor(), false);
    assertThrows(IllegalStateException.class, () -> places.within(2));
  }

  @Test
  void by_equalKeys_recordedComesFirst() {
    // key 1 for token 1, 0 for the others; the first choice of token 2 was recorded
    DropOrder order = RecordedFirst.by(
        (decision, n) -> decision.assignments().token(n) == 1 ? 1 : 0,
        new double[] {0, 0, 0, 0, 1, 0});
    int[] places = order.order(decision(3), PassMode.evaluation());
    assertArrayEquals(new int[] {2, 3, 4, 0, 1, 5}, places);
  }
}
