package io.github.moe4j.models.adapter;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.util.DefaultIndenter;
import org.nd4j.shade.jackson.core.util.DefaultPrettyPrinter;

/** Writes an {@code adapter_config.json}, its fields in alphabetical order as PEFT does. */
final class PeftJson {
  private static final JsonFactory JSON = new JsonFactory();

  private PeftJson() {}

  /**
   * The text of a file.
   *
   * @param baseModel name or path of the model
   */
  static String of(PeftConfig config, String baseModel) {
    StringWriter text = new StringWriter();
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(indenter);
    printer.indentObjectsWith(indenter);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.setPrettyPrinter(printer);
      write(config, baseModel, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  private static void write(PeftConfig config, String baseModel, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    numbers("alpha_pattern", config.alphas(), json);
    json.writeStringField("base_model_name_or_path", baseModel);
    json.writeStringField("bias", "none");
    json.writeBooleanField("fan_in_fan_out", false);
    json.writeBooleanField("inference_mode", true);
    json.writeBooleanField("init_lora_weights", true);
    json.writeFieldName("lora_alpha");
    number(config.alpha(), json);
    json.writeNumberField("lora_dropout", config.dropout());
    json.writeNullField("modules_to_save");
    json.writeStringField("peft_type", "LORA");
    json.writeNumberField("r", config.rank());
    numbers("rank_pattern", config.ranks(), json);
    json.writeArrayFieldStart("target_modules");
    for (String name : config.targets().names()) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeStringField("task_type", "CAUSAL_LM");
    json.writeBooleanField("use_dora", false);
    json.writeBooleanField("use_rslora", config.rsLora());
    json.writeEndObject();
  }

  private static void numbers(String name, Map<String, Double> numbers, JsonGenerator json)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Double> entry : numbers.entrySet()) {
      json.writeFieldName(entry.getKey());
      number(entry.getValue(), json);
    }
    json.writeEndObject();
  }

  /** Whole numbers without a fraction: PEFT declares them as integers. */
  private static void number(double value, JsonGenerator json) throws IOException {
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      json.writeNumber((long) value);
    } else {
      json.writeNumber(value);
    }
  }
}
