package io.github.moe4j.routing.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What entries of the catalogue say of themselves. */
class RouterTraitsTest {
  private static final RouterTraits PLAIN = RouterTraits.of(ChoiceCount.k());

  @Test
  void usualLosses_unlessLoadsAreBalancedByDesign() {
    assertEquals(List.of("switch", "z-loss"), PLAIN.usualLosses());
    for (LoadByDesign load : LoadByDesign.values()) {
      assertEquals(
          load == LoadByDesign.UNEVEN, !PLAIN.withLoad(load).usualLosses().isEmpty());
    }
  }

  @Test
  void readsLaterTokens_ofEitherNeed() {
    assertFalse(PLAIN.readsLaterTokens());
    assertFalse(PLAIN.withNeeds(RouterNeed.STEP, RouterNeed.TOKEN_IDS).readsLaterTokens());
    assertTrue(PLAIN.withNeeds(RouterNeed.OTHER_TOKENS).readsLaterTokens());
    assertTrue(PLAIN.withNeeds(RouterNeed.OTHER_TOKENS_IN_TRAINING).readsLaterTokens());
  }

  @ParameterizedTest
  @EnumSource
  void choiceCount_numberOfFixedAndLargestCountsAlone(ChoiceCount.Kind kind) {
    boolean counts = kind == ChoiceCount.Kind.FIXED || kind == ChoiceCount.Kind.UP_TO;
    String rule = "n of " + kind + " must be " + (counts ? "≥ 1" : "0") + " but was ";
    int fits = counts ? 1 : 0;
    assertEquals(fits, new ChoiceCount(kind, fits).n());
    int wrong = counts ? 0 : 1;
    assertEquals(
        rule + wrong,
        assertThrows(IllegalArgumentException.class, () -> new ChoiceCount(kind, wrong))
            .getMessage());
  }

  @Test
  void toString_textsOfTables() {
    assertEquals(
        "[2, 1 to 3, k, k on average, E, by token]",
        List.of(
                ChoiceCount.fixed(2),
                ChoiceCount.upTo(3),
                ChoiceCount.k(),
                ChoiceCount.averageK(),
                ChoiceCount.all(),
                ChoiceCount.byToken())
            .toString());
    assertEquals(
        "[generator in training, step, place in the batch, token ids,"
            + " other tokens in training, also later ones, other tokens, also later ones]",
        Arrays.toString(RouterNeed.values()));
    assertEquals(
        "[no, nearly, in training, in training, by its table, on its frequencies, yes]",
        Arrays.toString(LoadByDesign.values()));
  }
}
