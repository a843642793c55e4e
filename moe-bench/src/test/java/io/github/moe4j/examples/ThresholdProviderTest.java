package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Router;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.catalogue.RouterConfig;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class ThresholdProviderTest {
  @Test
  void create_withAnOption_buildsTheRuleOfTheTutorial() {
    RouterConfig config = RouterConfig.of(4, 8, 1).withOptions(Map.of("least", 0.3));
    Router router = new ThresholdProvider().create(config, DataType.FLOAT, ExpertBias.zeros(4), 1);
    assertEquals(new ThresholdRule(0.3), ((GatedRouter) router).rule());
    assertEquals(Set.of("weight"), router.parameters().names());
    assertTrue(new ThresholdProvider().usualBalance().contains("switch"));
  }
}
