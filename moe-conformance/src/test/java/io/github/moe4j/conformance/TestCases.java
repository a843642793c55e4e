package io.github.moe4j.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.moe4j.conformance.family.Families;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reference cases for tests: the built-in ones as JSON to be changed, and small ones. */
public final class TestCases {
  private static final JsonMapper JSON = new JsonMapper();

  private TestCases() {}

  /** A built-in case as a tree of its own. */
  public static ObjectNode builtIn(String name) {
    try {
      for (CaseFile file : BuiltInCases.all()) {
        if (file.name().equals(name)) {
          try (InputStream in = file.content().open()) {
            return (ObjectNode) JSON.readTree(in);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalArgumentException("no built-in case " + name);
  }

  /** The case of a file. */
  public static ReferenceCase read(CaseFile file) {
    try (InputStream in = file.content().open()) {
      return CaseReader.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A case from JSON with ' for ". */
  public static ReferenceCase parse(String json) {
    try {
      return CaseReader.parse(JSON.readTree(json.replace('\'', '"')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the command does with a file of these contents. */
  public static CaseResult run(String contents) {
    byte[] bytes = contents.getBytes(StandardCharsets.UTF_8);
    return new ConformanceRunner(Families.all())
        .run(new CaseFile("it", () -> new ByteArrayInputStream(bytes)));
  }

  /** What the command does with a case. */
  public static CaseResult run(ObjectNode root) {
    return run(root.toString());
  }

  /** A value of an option. */
  public static JsonNode value(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ArrayNode data(ObjectNode root, String section, String tensor) {
    return (ArrayNode) root.get(section).get(tensor).get("data");
  }
}
