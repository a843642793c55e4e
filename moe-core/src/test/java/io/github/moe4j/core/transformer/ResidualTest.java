package io.github.moe4j.core.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.TokenBatch;
import org.junit.jupiter.api.Test;

class ResidualTest {
  @Test
  void forward_scopeClosed_closesThePassOfTheLayer() {
    StubLayer layer = new StubLayer(2);
    Arena.Scope scope = new Arena().open();
    Residual.of(layer).forward(TokenBatch.training(LayerChecks.zeros(1, 2)), scope);
    assertEquals(0, layer.closed());
    scope.close();
    assertEquals(1, layer.closed());
  }

  @Test
  void toString_ofResidual_hasTheLayer() {
    assertEquals("x + stub", Residual.of(new StubLayer(2)).toString());
  }
}
