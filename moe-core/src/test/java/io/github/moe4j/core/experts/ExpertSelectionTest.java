package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;

@ExtendWith(Seeds.class)
class ExpertSelectionTest {
  private static final int[] NUMBERS = {2, 0, 3, 2};

  private static List<Experts> networks(DataType type) {
    ExpertOptions options = ExpertOptions.of(4, 3, 5)
        .withActivation(Activation.GELU)
        .withBiases(true)
        .withDataType(type)
        .withDropout(0.25);
    return List.of(FfnExperts.create(options, 1), GluExperts.create(options, 1));
  }

  @Test
  void of_someNumbers_copiesInTheirOrder() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (Experts all : networks(type)) {
        RandomArrays.fill(all.parameters(), Seeds.random(2), 1);
        Experts some = ExpertSelection.of(all, NUMBERS);
        assertEquals(all.getClass(), some.getClass());
        assertEquals(4, some.experts());
        assertEquals(all.parameters().names(), some.parameters().names());
        all.parameters().forEach((name, array) -> {
          assertNotSame(array, some.parameters().get(name));
          for (int i = 0; i < NUMBERS.length; i++) {
            assertSameBits(
                name,
                values(array.slice(NUMBERS[i])),
                values(some.parameters().get(name).slice(i)));
          }
        });
      }
    }
  }

  @Test
  void of_networks_keepsActivationAndDropout() {
    for (Experts all : networks(DataType.FLOAT)) {
      HiddenLayer some = (HiddenLayer) ExpertSelection.of(all, 1);
      assertEquals(((HiddenLayer) all).hiddenFunction(), some.hiddenFunction());
      assertEquals(0.25, some.hiddenDropout());
    }
  }

  @Test
  void of_wrongNumbersOrKind_messageNamesRuleAndValue() {
    Experts all = networks(DataType.FLOAT).get(0);
    requireMessage("experts to select must be at least 1 but were 0", all);
    requireMessage("expert must be in [0, 4) but was -1", all, 0, -1);
    requireMessage("expert must be in [0, 4) but was 4", all, 3, 4);
    requireMessage(
        "experts to select must be FfnExperts or GluExperts but were CopyExperts",
        CopyExperts.of(4, 3, DataType.FLOAT),
        0);
  }

  private static void requireMessage(String expected, Experts experts, int... numbers) {
    assertEquals(
        expected,
        assertThrows(IllegalArgumentException.class, () -> ExpertSelection.of(experts, numbers))
            .getMessage());
  }
}
