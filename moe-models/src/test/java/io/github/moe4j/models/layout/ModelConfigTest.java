package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.Activation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
  private static ModelConfig of(String name, Object value) {
    Map<String, Object> fields = new HashMap<>();
    fields.put(name, value);
    return new ModelConfig(fields);
  }

  private static String error(Executable call) {
    return assertThrows(LayoutException.class, call).getMessage();
  }

  @Test
  void size_wholeNumberFromOne() {
    assertEquals(1, of("n", 1).size("n"));
    assertEquals(3, of("n", 3.0).size("n"));
    assertEquals(Integer.MAX_VALUE, of("n", Integer.MAX_VALUE).size("n"));
    assertEquals(7, of("n", 3).size("m", 7));
    assertEquals(3, of("n", 3).size("n", 7));
    assertEquals("config n must be at least 1 but is 0", error(() -> of("n", 0).size("n")));
    assertEquals(
        "config n must be a whole number but is 1.5", error(() -> of("n", 1.5).size("n")));
    assertEquals(
        "config n must be a whole number but is 2147483648",
        error(() -> of("n", 1L << 31).size("n")));
    assertEquals(
        "config must have m, a whole number, but has none",
        error(() -> of("n", 1).size("m")));
    assertEquals(
        "config n must have a value, or be absent, but is null",
        error(() -> of("n", null).size("n", 7)));
  }

  @Test
  void sizeOf_theFirstNameThatIsSet() {
    ModelConfig both = new ModelConfig(Map.of("a", 1, "b", 2));
    assertEquals(1, both.sizeOf("a", "b"));
    assertEquals(2, both.sizeOf("c", "b"));
    assertEquals(1, both.sizeOf("a", "c"));
    assertEquals(
        "config must have c, a whole number, but has none", error(() -> both.sizeOf("c", "d")));
  }

  @Test
  void count_wholeNumberFromZero() {
    assertEquals(0, of("n", 0).count("n", 5));
    assertEquals(5, of("n", 0).count("m", 5));
    assertEquals(
        "config n must be at least 0 but is -1", error(() -> of("n", -1).count("n", 5)));
  }

  @Test
  void choices_atMostAsManyAsThereAre() {
    assertEquals(8, of("k", 8).choices("k", 0, 8, "experts"));
    assertEquals(2, of("k", 8).choices("m", 2, 8, "experts"));
    assertEquals(
        "config k must be at most experts, which is 7, but is 8",
        error(() -> of("k", 8).choices("k", 1, 7, "experts")));
    assertEquals(
        "config must have m, a whole number, but has none",
        error(() -> of("k", 8).choices("m", 0, 8, "experts")));
  }

  @Test
  void numbersFlagsAndTexts_orTheirDefaults() {
    assertEquals(0.5, of("n", 0.5).number("n", 2));
    assertEquals(2, of("n", 0.5).number("m", 2));
    assertEquals(
        "config n must be a number but is Infinity",
        error(() -> of("n", Double.POSITIVE_INFINITY).number("n", 2)));
    assertEquals(0.5, of("n", 0.5).rate("n", 0));
    assertEquals(0, of("n", 0).rate("n", 0.1));
    assertEquals(0.1, of("n", 0).rate("m", 0.1));
    assertEquals("config n must be in [0, 1) but is 1", error(() -> of("n", 1).rate("n", 0)));
    assertEquals("config n must be in [0, 1) but is -1", error(() -> of("n", -1).rate("n", 0)));
    assertTrue(of("b", true).flag("b", false));
    assertFalse(of("b", false).flag("b", true));
    assertTrue(of("b", false).flag("c", true));
    assertEquals(
        "config b must be true or false but is 1", error(() -> of("b", 1).flag("b", true)));
    assertEquals("x", of("t", "x").text("t", "y"));
    assertEquals("y", of("t", "x").text("s", "y"));
    assertEquals("config t must be a text but is 1", error(() -> of("t", 1).text("t", "y")));
    assertEquals(List.of("a", "b"), of("t", Arrays.asList("a", 1, null, "b")).texts("t"));
    assertEquals(List.of(), of("t", "a").texts("t"));
    assertEquals(List.of(1, 2), of("n", List.of(1, 2)).integers("n"));
    assertEquals(List.of(), of("n", 1).integers("m"));
    assertEquals(
        "config n must be a list of whole numbers but is 1",
        error(() -> of("n", 1).integers("n")));
    assertEquals(
        "config n must be a whole number but is [1, 1.5]",
        error(() -> of("n", List.of(1, 1.5)).integers("n")));
  }

  @Test
  void inner_theObjectOrTheSame() {
    ModelConfig outer = of("text_config", Map.of("n", 4));
    assertEquals(4, outer.text().size("n"));
    ModelConfig plain = of("n", 3);
    assertSame(plain, plain.text());
    assertEquals("config n must be an object but is 3", error(() -> of("n", 3).inner("n")));
  }

  @Test
  void nullAsAbsent_thoseFieldsAlone() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("a", null);
    fields.put("b", null);
    fields.put("c", 1);
    ModelConfig config = new ModelConfig(fields);
    assertTrue(config.has("a"));
    assertFalse(config.isSet("a"));
    ModelConfig without = config.nullAsAbsent("a", "c", "d");
    assertFalse(without.has("a"));
    assertTrue(without.has("b"));
    assertFalse(without.has("d"));
    assertTrue(without.isSet("c"));
  }

  @Test
  void withOneFor_numbersOfLayersThatAreEqual() {
    assertEquals(2, of("k", List.of(2, 2, 2)).withOneFor("k").size("k"));
    ModelConfig plain = of("k", 2);
    assertSame(plain, plain.withOneFor("k"));
    assertEquals(
        "config k is [1, 2]; supported: the same number for all layers",
        error(() -> of("k", List.of(1, 2)).withOneFor("k")));
  }

  @ParameterizedTest
  @CsvSource({
    "relu, RELU",
    "silu, SILU",
    "swish, SILU",
    "gelu, GELU",
    "gelu_python, GELU",
    "gelu_new, GELU_TANH",
    "gelu_pytorch_tanh, GELU_TANH",
    "gelu_accurate, GELU_TANH"
  })
  void activation_byItsNames(String name, Activation activation) {
    assertSame(activation, of("act", name).activation("act", "none"));
    assertSame(activation, of("act", "none").activation("other", name));
    assertEquals(
        "config act is none; supported: relu, silu, gelu, gelu_new",
        error(() -> of("act", "none").activation("act", name)));
  }

  @Test
  void require_whatIsSupported() {
    of("a", true).requireOff("b");
    of("a", true).requireOn("b");
    of("a", true).requireOn("a");
    of("a", false).requireOff("a");
    of("a", "x").requireText("a", "x");
    of("a", "x").requireText("b", "x");
    assertEquals("config a is true; supported: false", error(() -> of("a", true).requireOff("a")));
    assertEquals(
        "config a is false; supported: true", error(() -> of("a", false).requireOn("a")));
    assertEquals("config a is x; supported: y", error(() -> of("a", "x").requireText("a", "y")));
  }

  @Test
  void shown_oneLineOfAHundredCharacters() {
    assertEquals("a b", of("t", "a \n\t b").shown("t"));
    assertEquals("x".repeat(100), of("t", "x".repeat(100)).shown("t"));
    assertEquals("x".repeat(100) + " …", of("t", "x".repeat(101)).shown("t"));
  }
}
