package io.github.moe4j.cli.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.stream.DoubleStream;

/** Records as JSON and back. JSON has no NaN: a number that is not finite is written as null. */
public final class PageJson {

  private static final ObjectMapper MAPPER = JsonMapper.builder()
      .addModule(new SimpleModule()
          .addSerializer(double.class, new DoubleWriter())
          .addDeserializer(double.class, new DoubleReader())
          .addSerializer(double[].class, new DoublesWriter())
          .addDeserializer(double[].class, new DoublesReader()))
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  private PageJson() {}

  /** Writes a record, with line breaks. */
  public static String write(Object result) {
    try {
      return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result must be writable as JSON", e);
    }
  }

  /** The same on one line, safe between script tags: no text in it can end the element. */
  static String writeForScript(Object result) {
    try {
      return MAPPER.writeValueAsString(result).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result must be writable as JSON", e);
    }
  }

  /** Reads the output of {@link #write}. */
  public static <T> T read(String json, Class<T> type) throws IOException {
    return MAPPER.readValue(json, type);
  }

  private static void writeNumber(double value, JsonGenerator out) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeNull();
    }
  }

  private static final class DoubleWriter extends StdSerializer<Double> {
    private static final long serialVersionUID = 1L;

    DoubleWriter() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      writeNumber(value, out);
    }
  }

  private static final class DoubleReader extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    DoubleReader() {
      super(double.class);
    }

    @Override
    public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return in.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }

  private static final class DoublesWriter extends StdSerializer<double[]> {
    private static final long serialVersionUID = 1L;

    DoublesWriter() {
      super(double[].class);
    }

    @Override
    public void serialize(double[] values, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartArray();
      for (double value : values) {
        writeNumber(value, out);
      }
      out.writeEndArray();
    }
  }

  private static final class DoublesReader extends StdDeserializer<double[]> {
    private static final long serialVersionUID = 1L;

    DoublesReader() {
      super(double[].class);
    }

    @Override
    public double[] deserialize(JsonParser in, DeserializationContext context) throws IOException {
      DoubleStream.Builder values = DoubleStream.builder();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        values.add(in.currentToken() == JsonToken.VALUE_NULL ? Double.NaN : in.getDoubleValue());
      }
      return values.build().toArray();
    }
  }
}
