package io.github.moe4j.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Options in a file: YAML or properties by their names on the command line, or the {@code result.json}
 * of a run, whose configuration is read.
 */
final class RunFile {
  private static final String CONFIGURATION = "configuration";

  /** The result of a run has its routed texts. */
  private static final long MOST_BYTES_OF_RESULT = 1 << 30;

  private static final long MOST_BYTES = 1 << 18;

  private static final ObjectMapper JSON = strict(JsonMapper.builder());
  private static final ObjectMapper YAML = strict(YAMLMapper.builder());

  private RunFile() {}

  /** One document, and no name twice: which value counts would be a matter of luck. */
  private static ObjectMapper strict(MapperBuilder<?, ?> builder) {
    builder.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    builder.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    return builder.build();
  }

  private static final class SingleProperties extends Properties {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized @Nullable Object put(Object name, Object value) {
      Require.that(!containsKey(name), "%s must be there once", Shown.of(String.valueOf(name)));
      return super.put(name, value);
    }
  }

  /**
   * The options of a file.
   *
   * @return values by name, a list joined by commas
   * @throws IllegalArgumentException if it has no options; the message names the file and the position
   */
  static Map<String, String> read(Path file) throws IOException {
    boolean isJson = file.toString().endsWith(".json");
    String text = RegularFile.text(file, isJson ? MOST_BYTES_OF_RESULT : MOST_BYTES);
    if (file.toString().endsWith(".properties")) {
      return properties(file, text);
    }
    try {
      JsonNode all = (isJson ? JSON : YAML).readTree(text);
      return options(file, all.path(CONFIGURATION).isObject() ? all.get(CONFIGURATION) : all);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s: %s"
              .formatted(
                  file, Shown.of(e.getOriginalMessage().lines().findFirst().orElse("unreadable"))),
          e);
    }
  }

  private static Map<String, String> properties(Path file, String text) throws IOException {
    Properties all = new SingleProperties();
    try {
      all.load(new StringReader(text));
    } catch (IllegalArgumentException e) { // an escape that is none, or a name that is there twice
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    Map<String, String> options = new TreeMap<>();
    all.stringPropertyNames()
        .forEach(name -> options.put(name, all.getProperty(name).strip()));
    return options;
  }

  private static Map<String, String> options(Path file, JsonNode all) {
    if (!all.isObject()) {
      throw new IllegalArgumentException(file + " must hold options by name, such as steps: 200");
    }
    Map<String, String> options = new LinkedHashMap<>();
    all.properties().forEach(entry -> options.put(entry.getKey(), value(file, entry)));
    return options;
  }

  private static String value(Path file, Map.Entry<String, JsonNode> entry) {
    List<String> values = new ArrayList<>();
    for (JsonNode value :
        entry.getValue().isArray() ? entry.getValue() : List.of(entry.getValue())) {
      if (!value.isValueNode() || value.isNull()) {
        throw new IllegalArgumentException("%s: %s must be a value or a list of values but was %s"
            .formatted(file, Shown.of(entry.getKey()), Shown.of(value.toString())));
      }
      values.add(value.asText());
    }
    return String.join(",", values);
  }
}
