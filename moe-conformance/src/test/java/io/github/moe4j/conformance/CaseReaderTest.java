package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseReaderTest {
  private static final String FRAME =
      "{'case':'f__v','config':{'k':2},'inputs':{'x':%s},'outputs':{'y':%s},'gradients':{}}";
  private static final String SCALAR = "{'shape':[],'dtype':'float64','data':[1.5]}";

  private static ReferenceCase read(String json) throws IOException {
    byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return CaseReader.read(new ByteArrayInputStream(bytes));
  }

  @Test
  void read_goodCase_givesItsParts() throws IOException {
    ReferenceCase it =
        read(FRAME.formatted("{'shape':[2,2],'dtype':'int64','data':[1,2,3,4]}", SCALAR));
    assertEquals("f__v", it.name());
    assertEquals("f", it.family());
    assertEquals(2, it.config().integer("k"));
    assertArrayEquals(new int[] {1, 2, 3, 4}, it.input("x", 2, -1).ints());
    assertEquals(1.5, it.recordedOutput("y").orElseThrow().get(0));
    assertTrue(it.optionalInput("z").isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``; not JSON: the file is empty",
        "{'case':[1,; not JSON",
        "hello; not JSON",
        "[]; must be an object",
        "7; must be an object",
        "{}; no field case",
        "{'case':'f__v'}; no field config",
        "{'case':3}; case must be a text",
        "{'case':'f__v','config':[]}; config must be an object",
        "{'case':'f__v','config':{}} trailing; not JSON",
        "{'case':'f__v','case':'f__w'}; Duplicate",
        "{'case':'fv','config':{},'inputs':{},'outputs':{},'gradients':{}}; family__variant",
        "{'case':'f__v','config':{},'inputs':{},'outputs':{},'gradients':{}}; has none",
        "{'case':'f__v','config':{},'inputs':{},'outputs':{'y':3},'gradients':{}}; outputs y must"
      })
  void read_noCase_saysWhy(String json, String reason) {
    Exception e = assertThrows(DamagedCaseException.class, () -> read(json));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'shape':[2],'dtype':'float64','data':[1]}; has length 1",
        "{'shape':[65536,65536],'dtype':'float64','data':[]}; has length 0",
        "{'shape':[-1],'dtype':'float64','data':[1]}; shape of sizes",
        "{'shape':[1.5],'dtype':'float64','data':[1]}; shape of sizes",
        "{'shape':3,'dtype':'float64','data':[1]}; the arrays shape and data",
        "{'dtype':'float64','data':[1]}; the arrays shape and data",
        "{'shape':[1],'dtype':'float16','data':[1]}; has \"float16\"",
        "{'shape':[1],'data':[1]}; must have dtype",
        "{'shape':[1],'dtype':'float64','data':['1']}; element 0 is \"1\"",
        "{'shape':[1],'dtype':'float64','data':[null]}; element 0 is null",
        "{'shape':[1],'dtype':'float64','data':[1e999]}; element 0 is",
        "{'shape':[1],'dtype':'int64','data':[1.5]}; element 0 is 1.5",
        "{'shape':[1],'dtype':'int64','data':[9007199254740993]}; element 0 is",
        "{'shape':[2],'dtype':'bool','data':[1,2]}; element 1 is 2"
      })
  void read_damagedTensor_saysWhy(String tensor, String reason) {
    Exception e =
        assertThrows(DamagedCaseException.class, () -> read(FRAME.formatted(tensor, SCALAR)));
    assertTrue(e.getMessage().startsWith("inputs x "), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void config_wrongKind_saysWhich() throws IOException {
    CaseConfig config = read(FRAME.formatted(SCALAR, SCALAR)).config();
    assertDamaged("config must have absent, a whole number", () -> config.integer("absent"));
    assertDamaged("config k must be true or false but is 2", () -> config.flag("k"));
    assertDamaged("config k must be a text but is 2", () -> config.text("k"));
    assertEquals(5, config.integer("absent", 5));
    assertEquals(2, config.number("k", 5));
  }

  private static void assertDamaged(String message, Executable use) {
    Exception e = assertThrows(DamagedCaseException.class, use);
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }
}
