package io.github.moe4j.models.internal;

import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.Shown;
import io.github.moe4j.models.layout.LayoutException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.core.StreamReadFeature;
import org.nd4j.shade.jackson.core.json.JsonReadFeature;

/**
 * Reads a {@code config.json} as maps, lists, texts, numbers and flags.
 *
 * <p>Only the tokens of ND4J's own copy of Jackson are used, so that no dependency is added; it has
 * no limits, so they are here.
 */
public final class ConfigJson {
  /** Real ones have some thousand characters, with names of classes some hundred thousand. */
  public static final int MAX_LENGTH = 4 << 20;

  static final int MAX_DEPTH = 32;

  /** Of a whole number; reading one takes time that grows with the square of its length. */
  private static final int MOST_DIGITS = 100;

  /**
   * Infinity and NaN stand in some files, since Python writes them. No table of names: one of hostile names can be made
   * slow.
   */
  private static final JsonFactory JSON = JsonFactory.builder()
      .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
      .build();

  private ConfigJson() {}

  /**
   * The text of a file.
   *
   * @throws IOException if it is no regular file, or cannot be read
   * @throws LayoutException if it is too long
   */
  public static String text(Path file) throws IOException {
    long bytes = RegularFile.require(file).size();
    if (bytes > MAX_LENGTH) {
      throw new LayoutException(
          "%s must have at most %d bytes but has %d", file, MAX_LENGTH, bytes);
    }
    return RegularFile.text(file, MAX_LENGTH);
  }

  /**
   * The object that a text holds.
   *
   * @throws LayoutException if it is no JSON object, too long or nested too deep
   */
  public static Map<String, @Nullable Object> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new LayoutException(
          "config must have at most %d characters but has %d", MAX_LENGTH, text.length());
    }
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new LayoutException("config must be a JSON object but is not");
      }
      Map<String, @Nullable Object> result = object(parser, 1);
      if (parser.nextToken() != null) {
        throw new LayoutException("config must end with its object but more follows");
      }
      return result;
    } catch (JsonProcessingException e) {
      throw new LayoutException(
          "config is not JSON: %s (line %d)",
          e.getOriginalMessage().lines().findFirst().orElse("no reason given"),
          e.getLocation() == null ? 0 : e.getLocation().getLineNr());
    } catch (IOException e) {
      throw new LayoutException("config cannot be read: %s", e.getMessage());
    }
  }

  private static Map<String, @Nullable Object> object(JsonParser parser, int depth)
      throws IOException {
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.getCurrentName();
      parser.nextToken();
      result.put(name, value(parser, depth));
    }
    return Collections.unmodifiableMap(result);
  }

  private static @Nullable Object value(JsonParser parser, int depth) throws IOException {
    if (depth >= MAX_DEPTH) {
      throw new LayoutException("config must be nested at most %d deep but is deeper", MAX_DEPTH);
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, depth + 1);
      case START_ARRAY -> list(parser, depth + 1);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> whole(parser);
      case VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
      default -> null;
    };
  }

  private static Number whole(JsonParser parser) throws IOException {
    if (parser.getTextLength() > MOST_DIGITS) {
      throw new LayoutException(
          "config must have numbers of at most %d digits but has %s of %d",
          MOST_DIGITS, Shown.of(parser.getText()), parser.getTextLength());
    }
    return parser.getNumberValue();
  }

  private static List<@Nullable Object> list(JsonParser parser, int depth) throws IOException {
    List<@Nullable Object> result = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      result.add(value(parser, depth));
    }
    return Collections.unmodifiableList(result);
  }
}
