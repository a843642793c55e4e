package io.github.moe4j.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads reference cases from JSON, and says in one line what is wrong with one that is damaged. */
final class CaseReader {
  private static final ObjectMapper JSON = JsonMapper.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  /** Integers below this are exact as doubles. */
  private static final double INTEGER_LIMIT = 1L << 53;

  private CaseReader() {}

  /**
   * Reads one case.
   *
   * @param in JSON; not closed
   * @throws IOException if it cannot be read
   * @throws DamagedCaseException if it is no reference case
   */
  static ReferenceCase read(InputStream in) throws IOException {
    return parse(tree(in));
  }

  /**
   * A case from its JSON tree.
   *
   * @param root not modified
   */
  static ReferenceCase parse(JsonNode root) {
    if (root.isMissingNode()) {
      throw new DamagedCaseException("not JSON: the file is empty");
    }
    if (!root.isObject()) {
      throw new DamagedCaseException("not a reference case: the JSON must be an object");
    }
    return new ReferenceCase(
        field(root, "case", JsonNode::isTextual, "a text").textValue(),
        new CaseConfig(object(root, "config")),
        tensors(root, "inputs"),
        tensors(root, "outputs"),
        tensors(root, "gradients"));
  }

  /**
   * What a checkpoint folder should give, from its JSON.
   *
   * @param in not closed
   * @throws IOException if it cannot be read
   * @throws DamagedCaseException if it is not of that form
   */
  static ExpectedCheckpoint readCheckpoint(InputStream in) throws IOException {
    JsonNode root = tree(in);
    List<ExpectedCheckpoint.Layer> layers = new ArrayList<>();
    for (JsonNode layer : field(root, "layers", JsonNode::isArray, "an array")) {
      layers.add(new ExpectedCheckpoint.Layer(
          field(layer, "layer", JsonNode::canConvertToInt, "a layer").intValue(),
          field(layer, "module", JsonNode::isTextual, "a text").textValue(),
          new ReferenceCase(
              "checkpoint__layer",
              new CaseConfig(JSON.createObjectNode()),
              tensors(layer, "inputs"),
              tensors(layer, "outputs"),
              Map.of())));
    }
    List<ExpectedCheckpoint.Sample> samples = new ArrayList<>();
    for (JsonNode sample : root.path("samples")) {
      List<Long> index = new ArrayList<>();
      for (JsonNode axis : field(sample, "index", JsonNode::isArray, "an array")) {
        index.add(axis.longValue());
      }
      samples.add(new ExpectedCheckpoint.Sample(
          field(sample, "tensor", JsonNode::isTextual, "a text").textValue(),
          index,
          field(sample, "value", JsonNode::isNumber, "a number").doubleValue()));
    }
    return new ExpectedCheckpoint(layers, samples);
  }

  private static JsonNode tree(InputStream in) throws IOException {
    try {
      return JSON.readTree(in);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
      throw new DamagedCaseException("not JSON: " + brief(e.getOriginalMessage()) + where, e);
    }
  }

  private interface Test {
    boolean holds(JsonNode node);
  }

  private static JsonNode field(JsonNode parent, String name, Test test, String kind) {
    JsonNode value = parent.path(name);
    if (value.isMissingNode()) {
      throw new DamagedCaseException("not a reference case: no field " + name);
    }
    if (!test.holds(value)) {
      throw new DamagedCaseException("not a reference case: " + name + " must be " + kind);
    }
    return value;
  }

  private static JsonNode object(JsonNode parent, String name) {
    return field(parent, name, JsonNode::isObject, "an object");
  }

  private static Map<String, CaseTensor> tensors(JsonNode root, String section) {
    Map<String, CaseTensor> result = new LinkedHashMap<>();
    JsonNode nodes = object(root, section);
    for (Map.Entry<String, JsonNode> entry : nodes.properties()) {
      String label = section + " " + entry.getKey();
      if (!entry.getValue().isObject()) {
        throw new DamagedCaseException(label + " must be an object but is none");
      }
      result.put(entry.getKey(), tensor(entry.getKey(), label, entry.getValue()));
    }
    return result;
  }

  private static CaseTensor tensor(String name, String label, JsonNode node) {
    CaseTensor.Type type = type(label, node.path("dtype"));
    JsonNode axes = node.path("shape");
    JsonNode data = node.path("data");
    if (!axes.isArray() || !data.isArray()) {
      throw new DamagedCaseException(label + " must have the arrays shape and data");
    }
    long[] shape = new long[axes.size()];
    long length = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      JsonNode size = axes.get(axis);
      if (!size.isIntegralNumber() || !size.canConvertToInt() || size.intValue() < 0) {
        throw new DamagedCaseException(label + " must have a shape of sizes but has " + axes);
      }
      shape[axis] = size.intValue();
      length = Math.min(length * shape[axis], Integer.MAX_VALUE);
    }
    if (length != data.size()) {
      throw new DamagedCaseException(
          label + " must have the data of shape " + axes + " but has length " + data.size());
    }
    double[] values = new double[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(label, type, i, data.get(i));
    }
    return new CaseTensor(name, type, shape, values);
  }

  private static CaseTensor.Type type(String label, JsonNode node) {
    for (CaseTensor.Type type : CaseTensor.Type.values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(node.asText())) {
        return type;
      }
    }
    throw new DamagedCaseException(
        label + " must have dtype float64, int64 or bool but has " + node);
  }

  private static double value(String label, CaseTensor.Type type, int place, JsonNode node) {
    double value = node.isBoolean() ? (node.booleanValue() ? 1 : 0) : node.doubleValue();
    boolean fits = switch (type) {
      case FLOAT64 -> node.isNumber() && Double.isFinite(value);
      case INT64 -> node.isIntegralNumber() && Math.abs(value) < INTEGER_LIMIT;
      case BOOL -> (node.isBoolean() || node.isNumber()) && (value == 0 || value == 1);
    };
    if (!fits) {
      throw new DamagedCaseException(label
          + " must be of finite "
          + type.name().toLowerCase(Locale.ROOT)
          + " numbers but element "
          + place
          + " is "
          + node);
    }
    return value;
  }

  /** The first line of a message of the parser, without where it started to read. */
  private static String brief(String message) {
    return message.lines().findFirst().orElse("no reason given").replaceAll(" \\(start .*", "");
  }
}
