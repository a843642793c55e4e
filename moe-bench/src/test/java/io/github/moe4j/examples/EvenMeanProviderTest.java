package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.balance.catalogue.LossSizes;
import org.junit.jupiter.api.Test;

class EvenMeanProviderTest {
  @Test
  void create_coefficient_buildsTheLossOfTheTutorial() {
    EvenMeanProvider provider = new EvenMeanProvider();
    assertEquals(new EvenMeanLoss(0.3), provider.create(0.3, LossSizes.of(4, 2)));
    assertEquals("top-k", provider.router());
    assertEquals(LoadUnit.EXPERTS, provider.balances());
  }
}
