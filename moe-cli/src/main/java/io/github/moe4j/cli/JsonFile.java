package io.github.moe4j.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Figures in a JSON file, of JMH or of a command: one value without keys that occur twice, and texts in one line, since
 * they become cells of tables.
 */
public final class JsonFile {
  private static final long MOST_BYTES = 1 << 28;

  private static final ObjectMapper STRICT = JsonMapper.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  private JsonFile() {}

  /**
   * Reads a file.
   *
   * @throws IOException if it is no regular file, or cannot be read
   * @throws IllegalArgumentException if it is no such JSON; the message names the file
   */
  public static JsonNode read(Path file) throws IOException {
    byte[] bytes = RegularFile.bytes(file, MOST_BYTES);
    JsonNode tree;
    try {
      tree = STRICT.readTree(bytes);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          file + " is not JSON: " + Shown.message(e.getOriginalMessage(), 200), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " is not JSON: it is not UTF-8 text", e);
    }
    requireLines(file, tree);
    return tree;
  }

  private static void requireLines(Path file, JsonNode node) {
    node.properties().forEach(field -> requireLine(file, field.getKey()));
    if (node.isTextual()) {
      requireLine(file, node.textValue());
    }
    node.forEach(child -> requireLines(file, child));
  }

  private static void requireLine(Path file, String text) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "%s must have texts of one line but has %s".formatted(file, Shown.of(text)));
    }
  }
}
