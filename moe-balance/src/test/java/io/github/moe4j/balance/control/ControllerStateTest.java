package io.github.moe4j.balance.control;

import static io.github.moe4j.core.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.checkpoint.Checkpoint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ControllerStateTest {
  private final ControllerState state =
      ControllerState.empty().with("z", 1, 2).with("a", 3).with("none");

  @Test
  void names_severalValues_inTheirOrder() {
    assertEquals(List.of("z", "a", "none"), List.copyOf(state.names()));
    assertEquals(0, ControllerState.empty().names().size());
    assertThrows(UnsupportedOperationException.class, () -> state.names().remove("z"));
  }

  @Test
  void with_oldState_staysAsItWas() {
    state.with("more", 9);
    assertEquals(List.of("z", "a", "none"), List.copyOf(state.names()));
  }

  @Test
  void get_arraysInAndOut_copied() {
    double[] given = {5, 6};
    ControllerState more = state.with("given", given);
    given[0] = 9;
    more.get("given")[1] = 9;
    assertSameBits("given", new double[] {5, 6}, more.get("given"));
    assertSameBits("none", new double[0], more.get("none"));
  }

  @Test
  void counts_wholeNumbersBelowTwoToThe53_exact() {
    double largest = 0x1p53 - 1;
    ControllerState counts = ControllerState.empty().with("n", 0, -0.0, largest);
    assertArrayEquals(new long[] {0, 0, (1L << 53) - 1}, counts.counts("n", 3));
  }

  @Test
  void from_checkpoint_sameNamesAndBits() {
    Checkpoint.Builder all = Checkpoint.builder().longs("steps", 3);
    state.addTo(all, "layer.balance");
    state.with("more", 0.1).addTo(all, "layer.other");
    Checkpoint saved = all.build();
    ControllerState back = ControllerState.from(saved, "layer.balance");
    assertEquals(List.of("z", "a", "none"), List.copyOf(back.names()));
    for (String name : state.names()) {
      assertSameBits(name, state.get(name), back.get(name));
    }
    assertMessage(
        "nothing below layer.bias is in the checkpoint",
        () -> ControllerState.from(saved, "layer.bias"));
    Checkpoint other = Checkpoint.builder().longs("balance.step", 3).build();
    assertMessage(
        "balance.step must be double[] but was long[]",
        () -> ControllerState.from(other, "balance"));
  }

  @Test
  void any_wrongValue_messageNamesIt() {
    assertMessage("value z must be given once", () -> state.with("z", 1));
    assertMessage("no value b among [z, a, none]", () -> state.get("b"));
    assertMessage("z must have length 3 but has 2", () -> state.get("z", 3));
    ControllerState odd = ControllerState.empty()
        .with("nan", 1, Double.NaN)
        .with("infinite", Double.NEGATIVE_INFINITY)
        .with("half", 0.5)
        .with("negative", 3, -1)
        .with("large", 0x1p53);
    assertMessage("nan must be finite but was NaN", () -> odd.get("nan", 2));
    assertMessage("infinite must be finite but was -Infinity", () -> odd.counts("infinite", 1));
    assertMessage(
        "half must hold whole numbers in [0, 2^53) but has 0.5", () -> odd.counts("half", 1));
    assertMessage(
        "negative must hold whole numbers in [0, 2^53) but has -1.0",
        () -> odd.counts("negative", 2));
    assertMessage(
        "large must hold whole numbers in [0, 2^53) but has 9.007199254740992E15",
        () -> odd.counts("large", 1));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
