package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExpertPlacementTest {
  private static int[] devices(ExpertPlacement placement) {
    return IntStream.range(0, placement.experts()).map(placement::deviceOf).toArray();
  }

  private static int[] experts(ExpertPlacement placement) {
    return IntStream.range(0, placement.devices()).map(placement::expertsOn).toArray();
  }

  @Test
  void of_unevenDevices_asGiven() {
    int[] given = {1, 0, 1, 2, 1};
    ExpertPlacement placement = ExpertPlacement.of(given);
    given[0] = 0;
    assertArrayEquals(new int[] {1, 0, 1, 2, 1}, devices(placement));
    // device 0 has expert 1; device 1 has 0, 2 and 4; device 2 has 3
    assertArrayEquals(new int[] {1, 3, 1}, experts(placement));
  }

  @Test
  void even_sixExperts_neighboursShareDevice() {
    assertArrayEquals(new int[] {0, 0, 0, 1, 1, 1}, devices(ExpertPlacement.even(6, 2)));
    assertArrayEquals(new int[] {0, 0, 1, 1, 2, 2}, devices(ExpertPlacement.even(6, 3)));
    assertArrayEquals(new int[] {2, 2, 2}, experts(ExpertPlacement.even(6, 3)));
    assertArrayEquals(new int[] {0}, devices(ExpertPlacement.even(1, 1)));
    assertEquals(6, ExpertPlacement.even(6, 6).devices());
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertRefused("experts must be at least 1 but was 0", ExpertPlacement::of);
    assertRefused(
        "device of expert 1 must be in [0, 3) but was -1", () -> ExpertPlacement.of(0, -1, 1));
    assertRefused(
        "device of expert 2 must be in [0, 3) but was 3", () -> ExpertPlacement.of(0, 1, 3));
    assertRefused(
        "every device must have an expert but device 1 has none",
        () -> ExpertPlacement.of(0, 2, 0));
    assertRefused("devices must divide E = 6 but was 4", () -> ExpertPlacement.even(6, 4));
    assertRefused("devices must divide E = 2 but was 4", () -> ExpertPlacement.even(2, 4));
    assertRefused("devices must be at least 1 but was 0", () -> ExpertPlacement.even(6, 0));
    assertRefused("experts must be at least 1 but was 0", () -> ExpertPlacement.even(0, 1));
  }

  @Test
  void equals_samePlacement_isEqual() {
    assertEquals(ExpertPlacement.of(0, 0, 1, 1), ExpertPlacement.even(4, 2));
    assertEquals(
        ExpertPlacement.of(0, 0, 1, 1).hashCode(), ExpertPlacement.even(4, 2).hashCode());
    assertNotEquals(ExpertPlacement.of(0, 1, 0, 1), ExpertPlacement.even(4, 2));
    assertNotEquals(
        ExpertPlacement.of(0, 1, 0, 1).hashCode(), ExpertPlacement.even(4, 2).hashCode());
    assertEquals("[0, 0, 1, 1]", ExpertPlacement.even(4, 2).toString());
  }
}
