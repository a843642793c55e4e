package io.github.moe4j.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Options in a file: YAML or properties by their names on the command line, or the {@code result.json}
 * of a run, whose configuration is read.
 */
final class RunFile {
  private static final String CONFIGURATION = "configuration";

  private RunFile() {}

  /**
   * The options of a file.
   *
   * @return values by name, a list joined by commas
   * @throws IllegalArgumentException if it has no options; the message names the file and the position
   */
  static Map<String, String> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file + ": no such file");
    }
    if (file.toString().endsWith(".properties")) {
      return properties(file);
    }
    try {
      JsonNode all = new YAMLMapper().readTree(file.toFile());
      return options(file, all.path(CONFIGURATION).isObject() ? all.get(CONFIGURATION) : all);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s: %s".formatted(file, e.getOriginalMessage().lines().findFirst().orElse("unreadable")),
          e);
    }
  }

  private static Map<String, String> properties(Path file) throws IOException {
    Properties all = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      all.load(in);
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
            .formatted(file, entry.getKey(), value));
      }
      values.add(value.asText());
    }
    return String.join(",", values);
  }
}
