package io.github.moe4j.core.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Dropless;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CapacityTextTest {
  /** 40 tokens, 80 assignments, a largest load of 30, four experts. */
  private static final CapacityDemand DEMAND = new CapacityDemand(40, 40, 80, 30, 4, true);

  private static int limit(String text, int k) {
    return ((LimitedCapacity) CapacityText.parse(text).rule(k)).formula().limit(DEMAND);
  }

  @ParameterizedTest
  @CsvSource({
    "1.1, 22", // ceil(80/4·1.1)
    "factor:1.1, 22",
    "fixed:7, 7",
    "megatron:1.1, 22", // ceil((40·2/4)·1.1)
    "deepspeed:0.1, 4", // max(4, ceil(10·0.2))
    "vmoe:1.1, 12", // ceil(40·1.1/4) = 11, to 12
    "flaxformer:1.1, 11",
    "mesh:0.25, 4", // max(min(40, ⌊2.5⌋), 4)
    "tutel:1.1, 22", // 2·⌊1.1·10⌋
    "megablocks:1.1, 22",
    "fairseq:0.5, 20", // 2·ceil(40/4)
    "maxtext:1.1, 22"
  })
  void parse_aFormula_limitsAsItSays(String text, int expected) {
    assertEquals(expected, limit(text, 2));
  }

  @Test
  void parse_modifiers_makeTheRule() {
    assertInstanceOf(Dropless.class, CapacityText.parse("dropless").rule(2));
    Renormalized renormalized = (Renormalized)
        CapacityText.parse("megatron:1.25:by-weight:renormalized").rule(2);
    LimitedCapacity limited = (LimitedCapacity) renormalized.rule();
    assertEquals(DropOrder.byWeight(), limited.order());
    assertTrue(!limited.perSequence());
    Rerouted rerouted = (Rerouted) CapacityText.parse("1:rerouted:per-sequence").rule(2);
    assertTrue(rerouted.perSequence());
    assertEquals(DropOrder.tokenMajor(), rerouted.order());
  }

  @Test
  void page_ofEachFormula_exists() {
    for (CapacityProvider provider : CapacityCatalogue.load()) {
      assertTrue(Files.exists(Path.of("..", "docs", provider.page() + ".md")), provider.name());
    }
  }

  static Stream<String> names() {
    return CapacityCatalogue.load().names().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void catalogue_anyFormula_limitsAndGrowsWithItsNumber(String name) {
    int small = limit(name + ":1", 1);
    assertTrue(small > 0);
    // That of fairseq is fixed in training.
    assertEquals(!name.equals("fairseq"), limit(name + ":3", 1) > small);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | capacity must not be blank",
        "nonsense | capacity must be dropless, a factor or one of [factor, fixed,",
        "megatron | capacity megatron needs a number after a colon",
        "megatron:x | capacity must have a number after its name but was megatron:x",
        "1:first | capacity modifier must be one of [token-major,",
        "fixed:1.5 | a fixed capacity must be a whole number but was 1.5",
        "0 | capacity factor must be above 0 and finite but was 0.0"
      })
  void parse_whatIsWrong_isOneClearError(String text, String message) {
    Exception e = assertThrows(
        IllegalArgumentException.class, () -> CapacityText.parse(text).rule(1));
    assertTrue(String.valueOf(e.getMessage()).startsWith(message), e.getMessage());
  }
}
