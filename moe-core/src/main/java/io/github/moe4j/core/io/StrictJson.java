package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Shown;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * Streaming reader of untrusted JSON: strict UTF-8, no duplicate keys, whole numbers only, and limited nesting. Every
 * error is a {@link SafetensorsException}.
 */
final class StrictJson {
  /** Nesting of values that are skipped. */
  private static final int DEPTH = 16;

  /** Digits of a number below 2^63. */
  private static final int DIGITS = 19;

  // No table of names: one of hostile names can be made slow, or fail.
  private static final JsonFactory FACTORY = JsonFactory.builder()
      .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .build();

  private final String place;
  private final JsonParser parser;

  /**
   * Begins.
   *
   * @param place file and part of it, for messages
   */
  StrictJson(String place, byte[] utf8) throws IOException {
    this.place = place;
    // Given bytes, the parser would guess the encoding. This decoder rejects invalid UTF-8.
    this.parser = FACTORY.createParser(
        new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8.newDecoder()));
  }

  /** Writes UTF-8. Through a writer: given a stream, the generator would escape what lies beyond U+FFFF. */
  static JsonGenerator generator(OutputStream utf8) throws IOException {
    return FACTORY.createGenerator(new OutputStreamWriter(utf8, StandardCharsets.UTF_8));
  }

  SafetensorsException wrong(String format, Object... values) {
    return new SafetensorsException(place + ": " + format.formatted(values));
  }

  void beginObject(String what) throws IOException {
    expect(JsonToken.START_OBJECT, next(), what + " must be an object");
  }

  /** The next key of the object that was begun, or null at its end. */
  @Nullable
  String nextKey(Set<String> seen, String what) throws IOException {
    if (next() == JsonToken.END_OBJECT) {
      return null;
    }
    String key = text();
    if (!Utf8.canEncode(key)) {
      throw wrong("%s has key %s with an unpaired surrogate", what, Shown.of(key));
    }
    if (!seen.add(key)) {
      throw wrong("%s has key %s twice", what, Shown.of(key));
    }
    return key;
  }

  String string(String what) throws IOException {
    expect(JsonToken.VALUE_STRING, next(), what + " must be a string");
    return text();
  }

  /** A list of whole numbers that are not negative. */
  long[] naturals(String what, int most) throws IOException {
    expect(JsonToken.START_ARRAY, next(), what + " must be a list");
    long[] numbers = new long[most];
    int count = 0;
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      if (count == most) {
        throw wrong("%s must have at most %d numbers but has more", what, most);
      }
      expect(JsonToken.VALUE_NUMBER_INT, token, what + " must hold whole numbers");
      numbers[count++] = natural(what);
    }
    return Arrays.copyOf(numbers, count);
  }

  private long natural(String what) throws IOException {
    String digits = text();
    if (digits.startsWith("-")) {
      throw wrong("%s must not be negative but has %s", what, Shown.of(digits));
    }
    try {
      // The length first: reading a million digits takes a while.
      if (digits.length() <= DIGITS) {
        return Long.parseLong(digits);
      }
    } catch (NumberFormatException ignored) {
      // Said below.
    }
    throw wrong("%s must be below 2^63 but has %s", what, Shown.of(digits));
  }

  /** Passes over any value. */
  void skip(String what) throws IOException {
    int depth = 0;
    do {
      JsonToken token = next();
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth > DEPTH) {
        throw wrong("%s is nested more than %d deep", what, DEPTH);
      }
    } while (depth > 0);
  }

  /** Demands that only white space follows. */
  void end() throws IOException {
    JsonToken more = token();
    if (more != null) {
      throw wrong("must end with its object but has %s after it", more);
    }
  }

  private void expect(JsonToken expected, JsonToken found, String rule) throws IOException {
    if (found != expected) {
      throw wrong("%s but has %s", rule, found);
    }
  }

  private JsonToken next() throws IOException {
    JsonToken token = token();
    if (token == null) {
      throw wrong("is truncated");
    }
    return token;
  }

  private @Nullable JsonToken token() throws IOException {
    try {
      return parser.nextToken();
    } catch (JsonProcessingException | CharacterCodingException e) {
      throw noJson(e);
    }
  }

  private String text() throws IOException {
    try {
      return parser.getText();
    } catch (JsonProcessingException | CharacterCodingException e) {
      throw noJson(e);
    }
  }

  private SafetensorsException noJson(IOException e) {
    String reason = e instanceof JsonProcessingException json
        ? "invalid JSON at character %d: %s"
            .formatted(
                parser.getCurrentLocation().getCharOffset(), Shown.of(json.getOriginalMessage()))
        : "not valid UTF-8";
    return new SafetensorsException(place + ": is " + reason, e);
  }
}
