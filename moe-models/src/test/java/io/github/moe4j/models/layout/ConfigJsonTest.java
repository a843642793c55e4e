package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.models.internal.ConfigJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigJsonTest {
  private static String error(String text) {
    return assertThrows(LayoutException.class, () -> ConfigJson.parse(text)).getMessage();
  }

  @Test
  void parse_kindsOfValues_becomeJavaValues() {
    Map<String, ?> fields = ConfigJson.parse(
        "{\"a\": 1, \"b\": 2.5, \"c\": \"x\", \"d\": true, \"e\": [1, [2]], \"f\": {\"g\": 3}}");
    assertEquals(
        Map.of(
            "a",
            1,
            "b",
            2.5,
            "c",
            "x",
            "d",
            true,
            "e",
            List.of(1, List.of(2)),
            "f",
            Map.of("g", 3)),
        fields);
  }

  @Test
  void parse_nullAndInfinity_areRead() {
    ModelConfig config =
        new ModelConfig(ConfigJson.parse("{\"a\": null, \"b\": Infinity, \"c\": NaN}"));
    assertTrue(config.has("a") && !config.isSet("a"));
    assertEquals(
        "config b must be a number but is Infinity",
        assertThrows(LayoutException.class, () -> config.number("b", 0)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "1", "{", "{\"a\": }", "{\"a\": 1, \"a\": 2}", "{} {}", "{\"a\": [1"})
  void parse_noObject_isOneLine(String text) {
    assertEquals(1, error(text).lines().count());
  }

  @Test
  void parse_fault_lineIsNamed() {
    String message = error("{\"a\": 1,\n\n\"b\": oops}");
    assertTrue(message.startsWith("config is not JSON: "), message);
    assertTrue(message.endsWith(" (line 3)"), message);
  }

  @Test
  void parse_numberOfMillionsOfDigits_isRefusedAtOnceAndNotEchoed() {
    assertTimeout(Duration.ofSeconds(20), () -> {
      String digits = "1".repeat(4_190_000);
      assertEquals(
          "config must have numbers of at most 100 digits but has "
              + "1".repeat(120)
              + "… of 4190000",
          error("{\"a\": " + digits + "}"));
      // Not quadratic, since only the first digits count.
      assertEquals(
          Double.POSITIVE_INFINITY,
          ConfigJson.parse("{\"a\": " + digits + ".5}").get("a"));
    });
  }

  @Test
  void parse_textsOfStrangers_areShortAndWithoutControlInMessages() {
    ModelConfig config =
        new ModelConfig(ConfigJson.parse("{\"a\": \"\\u001b[2J\\nx" + "y".repeat(100_000) + "\"}"));
    String message =
        assertThrows(LayoutException.class, () -> config.number("a", 0)).getMessage();
    assertTrue(message.startsWith("config a must be a number but is \\u001b[2J x"), message);
    assertTrue(message.length() < 1000, message);
  }

  @Test
  void parse_deep_isRefused() {
    int deep = 100_000;
    assertEquals(
        "config must be nested at most 32 deep but is deeper",
        error("{\"a\": " + "[".repeat(deep) + "]".repeat(deep) + "}"));
  }

  @Test
  void parse_long_isRefused() {
    assertTrue(
        error(" ".repeat(ConfigJson.MAX_LENGTH) + "{}").startsWith("config must have at most"));
  }

  private static String nested(String open, String close, int depth) {
    return "{\"a\": " + open.repeat(depth) + "1" + close.repeat(depth) + "}";
  }

  /** The outermost object is the first level. */
  @ParameterizedTest
  @CsvSource({"'{\"a\": ', }", "[, ]"})
  void parse_nestedAsDeepAsAllowed_isRead(String open, String close) {
    assertTrue(ConfigJson.parse(nested(open, close, 30)).containsKey("a"));
    assertEquals(
        "config must be nested at most 32 deep but is deeper",
        assertThrows(LayoutException.class, () -> ConfigJson.parse(nested(open, close, 31)))
            .getMessage());
  }

  @Test
  void parse_asLongAsAllowed_isRead() {
    String most = "{\"a\": 1}" + " ".repeat(ConfigJson.MAX_LENGTH - 8);
    assertEquals(Map.of("a", 1), ConfigJson.parse(most));
    assertThrows(LayoutException.class, () -> ConfigJson.parse(most + " "));
    assertTrue(ConfigJson.parse("{\"a\": " + "9".repeat(100) + "}").containsKey("a"));
    assertThrows(LayoutException.class, () -> ConfigJson.parse("{\"a\": " + "9".repeat(101) + "}"));
  }

  @Test
  void text_asLongAsAllowed_isRead(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, " ".repeat(ConfigJson.MAX_LENGTH));
    assertEquals(ConfigJson.MAX_LENGTH, ConfigJson.text(file).length());
    Files.writeString(file, " ".repeat(ConfigJson.MAX_LENGTH + 1));
    assertEquals(
        file + " must have at most 4194304 bytes but has 4194305",
        assertThrows(LayoutException.class, () -> ConfigJson.text(file)).getMessage());
  }
}
