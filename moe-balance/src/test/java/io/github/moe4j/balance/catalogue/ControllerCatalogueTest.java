package io.github.moe4j.balance.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.CoefficientController;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControllerCatalogueTest {
  private static final int EXPERTS = 4;

  static List<ControllerProvider> library() {
    return ControllerCatalogue.library();
  }

  static List<BiasControllerProvider> ofBiases() {
    return library().stream()
        .filter(BiasControllerProvider.class::isInstance)
        .map(BiasControllerProvider.class::cast)
        .toList();
  }

  /** All tokens prefer expert 0. */
  private static RouterDecision collapsed() {
    double[] logits = new double[8 * EXPERTS];
    for (int t = 0; t < 8; t++) {
      logits[t * EXPERTS] = 1;
    }
    return Decisions.topK(logits, EXPERTS, 1, TokenMask.none(8));
  }

  @ParameterizedTest
  @MethodSource("ofBiases")
  void create_ofBiases_lowersThatOfTheExpertInUse(BiasControllerProvider entry) {
    ExpertBias bias = ExpertBias.zeros(EXPERTS);
    CoefficientSchedule rate = CoefficientSchedule.constant(entry.defaultRate().orElse(0));
    LoadController controller = entry.create(bias, 1, rate);
    controller.observe(collapsed());
    controller.step();
    double[] values = bias.values();
    for (int e = 1; e < EXPERTS; e++) {
      assertTrue(values[e] > values[0], entry.name() + " expert " + e);
    }
  }

  @Test
  void create_ofCoefficients_changesIt() {
    for (ControllerProvider provider : library()) {
      if (provider instanceof CoefficientControllerProvider entry) {
        CoefficientController controller = entry.create(EXPERTS, 2);
        double before = controller.at(0);
        controller.observe(collapsed());
        controller.step();
        assertNotEquals(before, controller.at(1), entry.name());
        assertTrue(LossCatalogue.load().find(entry.loss()).isPresent(), entry.loss());
      }
    }
  }

  /** A user's own, by default in every trait that has one. */
  private static final class OwnProvider implements BiasControllerProvider {
    @Override
    public String name() {
      return "own";
    }

    @Override
    public String title() {
      return "Own";
    }

    @Override
    public String formula() {
      return "b − 1";
    }

    @Override
    public LoadController create(ExpertBias bias, int k, CoefficientSchedule rate) {
      return BiasController.of(bias, (counts, step) -> new double[counts.length]);
    }

    @Override
    public OptionalDouble defaultRate() {
      return OptionalDouble.empty();
    }
  }

  @Test
  void traits_ofOnesOwnByDefault_aRouterWithABias() {
    ControllerProvider own = new OwnProvider();
    assertEquals("deepseek-v3", own.router());
    assertEquals(LoadUnit.EXPERTS, own.balances());
    assertEquals("", own.when());
  }

  @Test
  void traits_ofTheLibrary_areComplete() {
    assertEquals(library(), ControllerCatalogue.load().all());
    assertFalse(ofBiases().isEmpty());
    for (ControllerProvider entry : library()) {
      for (String text : List.of(entry.title(), entry.formula(), entry.router(), entry.when())) {
        assertFalse(text.isBlank(), entry.name());
      }
      assertTrue(
          Files.exists(Path.of("..", "docs", "balance", entry.page() + ".md")), entry.page());
    }
  }
}
