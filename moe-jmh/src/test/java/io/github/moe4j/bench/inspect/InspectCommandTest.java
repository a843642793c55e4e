package io.github.moe4j.bench.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class InspectCommandTest {
  @TempDir
  Path folder;

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    return new CommandLine(new InspectCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private JsonNode json(String... more) throws IOException {
    String[] arguments = new String[more.length + 2];
    arguments[0] = folder.toString();
    arguments[1] = "--json";
    System.arraycopy(more, 0, arguments, 2, more.length);
    assertEquals(0, execute(arguments), err.toString());
    return new ObjectMapper().readTree(out.toString());
  }

  private void assertError(int code, String message, String... arguments) {
    assertEquals(code, execute(arguments), out.toString());
    assertEquals("", out.toString());
    assertEquals(
        "inspect: " + message.replace("DIR", folder.toString()), err.toString().strip());
  }

  /** Router 3·4, an expert 3·4·5 numbers, of four bytes; the embedding 7·4 of two. */
  @Test
  void call_wholeFolder_printsAllBlocksTogether() throws IOException {
    SmallFolder.write(folder);
    assertEquals(0, execute(folder.toString()), err.toString());
    assertEquals("""
        DIR
          layout       mixtral
          model_type   mixtral
          quantization none

        layers 0-2
          experts      2 of 3, D 4, H 5
          router       top 2 of softmax, weights divided by their sum
          capacity     dropless
          parameters   each 192, 132 for a token
          form         a tensor of each expert and projection: model.layers.0.block_sparse_moe.experts.0.w1.weight
          bytes        each 768 B: F32 768 B

        all
          blocks       3 sparse
          parameters   576 of sparse blocks, 396 for a token
          tensors      31 with 604 parameters
          bytes        2.36 kB: BF16 56 B, F32 2.30 kB

        memory to load all sparse blocks
          float64      4.61 kB
          float32      2.30 kB
          bfloat16     1.22 kB
          int8         1.19 kB
          fp8          792 B
          mxfp4        558 B
          as stored    2.30 kB
          mapped       144 B
        """.replace("DIR", folder.toString()), out.toString());
  }

  @Test
  void call_missingFile_namesItWhereItIsMissing() throws IOException {
    SmallFolder.write(folder);
    Files.delete(folder.resolve(SmallFolder.SECOND));
    assertEquals(0, execute(folder.toString()), err.toString());
    List<String> lines = out.toString().lines().toList();
    int third = lines.indexOf("layer 2");
    assertTrue(lines.indexOf("layers 0-1") < third, out.toString());
    assertEquals("  missing      " + SmallFolder.SECOND, lines.get(third + 6));
    assertTrue(lines.contains("  blocks       3 sparse, 2 of them whole"), out.toString());
    assertTrue(
        lines.contains("  tensors      21 with 412 parameters; 10 more in files not at hand"),
        out.toString());
    assertFalse(out.toString().contains("as stored"), "the type of layer 2 is not known");
    assertEquals(0, execute(folder.toString(), "--layer", "1"), err.toString());
    assertEquals(1, execute(folder.toString(), "--layer", "2"), out.toString());
    assertTrue(err.toString().contains(SmallFolder.SECOND), err.toString());
    assertEquals(1, err.toString().lines().count());
  }

  @Test
  void call_pointerInPlaceOfAFile_isNamedWhereItIsMissing() throws IOException {
    SmallFolder.write(folder);
    Files.writeString(
        folder.resolve(SmallFolder.SECOND), "version https://git-lfs.github.com/spec/v1\n");
    JsonNode found = json();
    assertEquals(
        SmallFolder.SECOND + " (is a Git LFS pointer, not the weights: run git lfs pull)",
        found.at("/blocks/2/missing/0").asText());
    assertEquals(found.at("/blocks/2/missing"), found.at("/tensors/missingFiles"));
    assertEquals(0, found.at("/blocks/1/missing").size());
  }

  @Test
  void call_json_hasTheNumbersOfTheText() throws IOException {
    SmallFolder.write(folder);
    JsonNode found = json("--layer", "1");
    assertEquals("mixtral", found.get("layout").asText());
    assertFalse(found.has("quantization") || found.has("run"));
    assertEquals(3, found.get("blocks").size());
    JsonNode block = found.at("/blocks/1");
    assertEquals("decoder", block.get("stack").asText());
    assertEquals(1, block.get("layer").asInt());
    assertEquals(192, block.get("parameters").asLong());
    assertEquals(132, block.get("activeParameters").asLong());
    assertEquals(768, block.at("/bytesByType/F32").asLong());
    assertFalse(block.has("kind"));
    assertEquals(576, found.at("/sparse/parameters").asLong());
    assertEquals(604, found.at("/tensors/parameters").asLong());
    assertEquals(3 * 768 + 56, found.at("/tensors/bytes").asLong());
    assertEquals(8 * 576, found.at("/memory/float64").asLong());
    // 3·180 weights of two bytes, and routers of 12 numbers of four.
    assertEquals(3 * (2 * 180 + 4 * 12), found.at("/memory/bfloat16").asLong());
    // A byte each, and a scale for each of 5 + 5 + 4 outputs of 3 experts.
    assertEquals(3 * (180 + 4 * 3 * 14 + 48), found.at("/memory/int8").asLong());
    assertEquals(3 * (180 + 4 * 9 + 48), found.at("/memory/fp8").asLong());
    // Rows of 4, 4 and 5 inputs take 2, 2 and 3 bytes, and one more for the scale.
    assertEquals(
        3 * (3 * (5 * 3 + 5 * 3 + 4 * 4) + 48), found.at("/memory/mxfp4").asLong());
    assertEquals(3 * 48, found.at("/memory/mapped").asLong());
    assertEquals("decoder layer 1", found.at("/layer/block").asText());
    String norms = found.at("/layer/norms/gate/max").asText();
    assertEquals(0, execute(folder.toString(), "--layer", "1"));
    String shown = Quantities.number(Double.parseDouble(norms));
    assertTrue(out.toString().contains(shown), shown + " in " + out);
  }

  @Test
  void call_run_hasTheLoadOfADirectPass() throws IOException {
    SmallFolder.write(folder);
    JsonNode run =
        json("--layer", "2", "--run", "--tokens", "17", "--seed", "9").get("run");
    MoeLayer layer = SmallFolder.layer(2);
    try (MoePass pass = layer.forward(BlockRun.batch(layer, 17, 9))) {
      assertArrayEquals(
          pass.load().assigned(),
          StreamSupport.stream(run.get("load").spliterator(), false)
              .mapToLong(JsonNode::asLong)
              .toArray());
      assertEquals(
          pass.load().coefficientOfVariation(),
          run.get("coefficientOfVariation").asDouble());
    }
    assertEquals(17, run.get("tokens").asInt());
    assertEquals(0, run.get("dropped").asInt());
    double ms = run.get("milliseconds").asDouble();
    assertEquals(17_000 / ms, run.get("tokensPerSecond").asDouble(), 1e-6 * 17_000 / ms);
    assertEquals(0, execute(folder.toString(), "--layer", "2", "--run", "--packed"));
    assertTrue(out.toString().contains("experts as stored"), out.toString());
    assertEquals(
        3, out.toString().lines().filter(line -> line.contains("  expert ")).count());
  }

  @Test
  void call_runMapped_hasTheSameLoad() throws IOException {
    SmallFolder.write(folder);
    String[] run = {"--layer", "2", "--run", "--tokens", "17"};
    JsonNode memory = json(run).get("run");
    JsonNode file = json("--layer", "2", "--run", "--tokens", "17", "--mapped").get("run");
    assertEquals("float32", memory.get("experts").asText());
    assertEquals("in the file", file.get("experts").asText());
    assertEquals(memory.get("load"), file.get("load"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1 | a Git LFS pointer, not the weights: run git"
            + " lfs pull",
        "<!DOCTYPE html><html>403</html> | an HTML page, not the weights: the download needs"
            + " another address or a login",
        "GGUF and more | a GGUF file: use the model's safetensors",
        "PK\u0003\u0004 archive | a PyTorch checkpoint (.bin, .pt): use the model's safetensors,"
            + " or convert it"
      })
  void call_otherFile_isNamedAsWhatItIs(String text, String kind) throws IOException {
    SmallFolder.write(folder);
    Files.delete(folder.resolve("model.safetensors.index.json"));
    Files.write(folder.resolve("model.safetensors"), text.getBytes(StandardCharsets.ISO_8859_1));
    assertError(1, "DIR/model.safetensors: is " + kind, folder.toString());
  }

  @Test
  void call_weightsOfAnotherFormat_areNamed() throws IOException {
    Files.writeString(folder.resolve("model-q4.gguf"), "GGUF");
    String message = "DIR must hold model.safetensors.index.json or model.safetensors";
    assertError(
        1, message + "; found model-q4.gguf, which is of another format", folder.toString());
    Files.delete(folder.resolve("model-q4.gguf"));
    assertError(1, message, folder.toString());
  }

  @Test
  void call_configMissingOrUnknown_saysSo() throws IOException {
    SmallFolder.write(folder);
    Path config = folder.resolve("config.json");
    Files.writeString(config, "{\"model_type\": \"bert\"}");
    assertEquals(1, execute(folder.toString()));
    assertTrue(
        err.toString()
            .startsWith("inspect: " + config
                + ": config must name a known model but has model_type bert and"
                + " architectures []; known are [mixtral, "),
        err.toString());
    assertEquals(1, err.toString().lines().count());
    Files.delete(config);
    assertError(1, "DIR must hold config.json", folder.toString());
  }

  /** Python writes such numbers and names; a layer is read with them too. */
  @Test
  void call_configThatOnlyStrictReadersRefuse_isRead() throws IOException {
    SmallFolder.write(folder);
    Path config = folder.resolve("config.json");
    String strange = "{\"limits\": [0.0, Infinity], \"\\ud800\": null, ";
    Files.writeString(
        config, Files.readString(config).replaceFirst("\\{", Matcher.quoteReplacement(strange)));
    assertEquals(0, execute(folder.toString()), err.toString());
    assertTrue(out.toString().contains("model_type   mixtral"), out.toString());
  }

  @Test
  void call_runOfWeightsThatAreNaN_isAnErrorOfTheModel() throws IOException {
    SmallFolder.write(folder);
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file :
          all.filter(path -> path.toString().endsWith(".safetensors")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Arrays.fill(bytes, Long.BYTES + header, bytes.length, (byte) -1);
        Files.write(file, bytes);
      }
    }
    assertEquals(1, execute(folder.toString(), "--layer", "0", "--run"));
    assertTrue(
        err.toString().startsWith("inspect: " + folder.resolve("config.json") + ": "),
        err.toString());
  }

  @Test
  void call_wrongUsage_exitCode2() throws IOException {
    SmallFolder.write(folder);
    String file = folder.resolve("config.json").toString();
    assertError(
        2, "DIR/config.json must be a folder with config.json and safetensors but is a file", file);
    assertError(2, "DIR/none does not exist", folder.resolve("none").toString());
    assertError(2, "--run needs --layer", folder.toString(), "--run");
    assertError(
        2,
        "--packed and --mapped exclude each other",
        folder.toString(),
        "--layer",
        "0",
        "--run",
        "--packed",
        "--mapped");
    assertError(
        2,
        "--layer must be an index such as 3 or encoder.3 but was last",
        folder.toString(),
        "--layer",
        "last");
    assertError(
        2,
        "--tokens must be at least 1 but was 0",
        folder.toString(),
        "--layer",
        "0",
        "--tokens",
        "0");
    assertError(
        1,
        folder.resolve("config.json")
            + ": block must be one of [decoder layer 0, decoder layer 1, decoder layer 2] but was"
            + " encoder layer 0",
        folder.toString(),
        "--layer",
        "encoder.0");
  }
}
