package io.github.moe4j.core.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassListener;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassListenerTest {
  private final TokenBatch input =
      TokenBatch.evaluation(WatchedLayer.normal(3, 6)).atStep(9);

  @Test
  void forward_withListener_tellsOfThePassThatTheCallerGets() {
    List<MoePass> heard = new ArrayList<>();
    MoeLayer layer = WatchedLayer.builder("block 3").listener(heard::add).build();
    assertEquals("block 3", layer.name());
    try (MoePass pass = layer.forward(input)) {
      assertEquals(1, heard.size());
      assertSame(pass, heard.get(0));
      assertEquals("block 3", pass.layer());
      assertEquals(9, pass.mode().step());
    }
  }

  @Test
  void forward_listenerThatThrows_closesThePassAndPropagates() {
    List<MoePass> heard = new ArrayList<>();
    IllegalStateException thrown = new IllegalStateException("no");
    PassListener listener = ((PassListener) heard::add)
        .and(pass -> {
          throw thrown;
        })
        .and(heard::add);
    Arena arena = new Arena();
    MoeLayer layer = WatchedLayer.builder("a").listener(listener).arena(arena).build();
    TokenBatch training = input.withMode(PassMode.training());
    assertSame(thrown, assertThrows(IllegalStateException.class, () -> layer.forward(training)));
    assertEquals(1, heard.size(), "those after it hear nothing");
    assertEquals(0, arena.borrowedBytes());
    var closed = assertThrows(
        IllegalStateException.class, () -> heard.get(0).addBalance(RoutingGradient.none()));
    assertEquals("addBalance of layer a came after the pass was closed", closed.getMessage());
  }

  @Test
  void name_blank_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> WatchedLayer.builder(" "));
  }
}
