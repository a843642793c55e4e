package io.github.moe4j.models.layout;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.models.internal.ConfigJson;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every layout by its config alone: what the block is, the names and shapes of its tensors, and that
 * a layer that is read and exported again gives each tensor back.
 */
@ExtendWith(Seeds.class)
class LayoutsTest {
  private static final Pattern MISSING =
      Pattern.compile("tensor (\\S+) of shape \\[([0-9, ]*)] is missing");

  /** A paragraph of the list: a block, its config and what is expected of it. */
  record Entry(MoeBlock block, String config, String expected) {
    static Entry of(String paragraph) {
      String[] lines = paragraph.split("\n", 3);
      String[] head = lines[0].split(" ");
      MoeBlock.Stack stack = MoeBlock.Stack.valueOf(head[0].toUpperCase(Locale.ROOT));
      return new Entry(
          new MoeBlock(stack, Integer.parseInt(head[1])), lines[1].trim(), lines[2].trim());
    }

    @Override
    public String toString() {
      return config;
    }
  }

  static Stream<Entry> entries() throws IOException {
    try (InputStream in = LayoutsTest.class.getResourceAsStream("layouts.txt")) {
      assertNotNull(in);
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(text.split("\n\n+")).map(String::strip).map(Entry::of);
    }
  }

  /** Random values for all tensors that the outline of a block misses. */
  static MemoryTensors tensors(Entry entry) {
    MemoryTensors tensors = new MemoryTensors();
    SplittableRandom random = Seeds.random(1);
    boolean whole = false;
    while (!whole) {
      BlockOutline outline = MoeCheckpoints.of(entry.config(), tensors).outline(entry.block());
      whole = outline.isWhole();
      for (BlockTensor tensor : outline.tensors()) {
        if (tensor.fault() != null) {
          Matcher missing = MISSING.matcher(tensor.fault());
          assertTrue(missing.matches(), tensor.fault());
          if (!tensors.names().contains(missing.group(1))) {
            long[] shape = Arrays.stream(missing.group(2).split(", "))
                .mapToLong(Long::parseLong)
                .toArray();
            tensors.put(
                missing.group(1), values(missing.group(1), random, shape), TensorType.FLOAT32);
          }
        }
      }
    }
    return tensors;
  }

  /** Any numbers, but experts in the table of DeepSeek-V4's first layers. */
  private static INDArray values(String name, SplittableRandom random, long... shape) {
    if (!name.endsWith(".tid2eid")) {
      return RandomArrays.normal(DataType.FLOAT, random, shape);
    }
    INDArray table = Nd4j.create(DataType.FLOAT, shape);
    for (long id = 0; id < shape[0]; id++) {
      int first = random.nextInt(4);
      table.putScalar(id, 0, first);
      table.putScalar(id, 1, (first + 1 + random.nextInt(3)) % 4);
    }
    return table;
  }

  /** Experts that differ in their number only are one line. */
  static String describe(BlockOutline outline, MemoryTensors tensors) {
    Set<String> lines = new LinkedHashSet<>();
    for (String name : tensors.names()) {
      lines.add("  " + name.replaceAll("(experts\\.|expert_)\\d+", "$1*") + " "
          + Arrays.toString(tensors.shape(name)));
    }
    return outline.router() + "; " + outline.capacity() + "; " + outline.form() + "\n"
        + outline.experts() + " experts, " + outline.networks() + " with weights, "
        + outline.choices() + " for a token, widths " + outline.width() + ", " + outline.hidden()
        + ", " + outline.sharedHidden() + "; " + outline.count() + " numbers, "
        + outline.activeCount() + " active\n"
        + String.join("\n", lines);
  }

  @ParameterizedTest
  @MethodSource("entries")
  void outline_ofAConfig_isThat(Entry entry) {
    MemoryTensors tensors = tensors(entry);
    BlockOutline outline = MoeCheckpoints.of(entry.config(), tensors).outline(entry.block());
    assertEquals(
        entry.expected().replaceAll("(?m)^ +", ""),
        describe(outline, tensors).replaceAll("(?m)^ +", ""));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void export_ofALayerThatWasRead_givesEachTensorBack(Entry entry) throws IOException {
    MemoryTensors tensors = tensors(entry);
    MoeLayer layer =
        MoeCheckpoints.of(entry.config(), tensors).layer(entry.block(), DataType.FLOAT);
    MemoryTensors again = new MemoryTensors();
    MoeCheckpoints.export(layer, entry.config(), entry.block(), again, TensorType.FLOAT32);
    assertEquals(Set.copyOf(tensors.names()), Set.copyOf(again.names()));
    for (String name : tensors.names()) {
      assertSameBits(name, tensors.read(name, DataType.FLOAT), again.read(name, DataType.FLOAT));
    }
  }

  /** The parameters of router and expert alone are those of the layer. */
  @ParameterizedTest
  @MethodSource("entries")
  void router_alone_hasTheNumbersOfTheLayer(Entry entry) throws IOException {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(entry.config(), tensors(entry));
    MoeLayer layer = checkpoint.layer(entry.block(), DataType.FLOAT);
    NamedArrays alone = checkpoint.router(entry.block(), DataType.FLOAT);
    List<String> own = layer.parameters().names().stream()
        .filter(name -> name.startsWith("router."))
        .toList();
    assertTrue(alone.names().containsAll(own), alone.names().toString());
    assertTrue(
        alone.names().stream().noneMatch(name -> name.startsWith("experts.")),
        alone.names().toString());
    own.forEach(name -> assertSameBits(name, layer.parameters().get(name), alone.get(name)));
  }

  /** A config without a type is that of its class. */
  @ParameterizedTest
  @CsvSource({
    "NllbMoeForConditionalGeneration, nllb-moe",
    "SwitchTransformersForConditionalGeneration, switch_transformers",
    "LongcatFlashForCausalLM, longcat_flash",
    "DeepseekV4ForCausalLM, deepseek_v4",
    "Ernie4_5_MoeForCausalLM, ernie4_5_moe",
    "Ernie4_5MoeForCausalLM, ernie4_5_moe",
    "AfmoeForCausalLM, afmoe",
    "Cohere2MoeForCausalLM, cohere2_moe",
    "DbrxForCausalLM, dbrx",
    "DeepseekV2ForCausalLM, deepseek_v2",
    "Gemma4ForCausalLM, gemma4",
    "HunYuanMoEV1ForCausalLM, hunyuan_v1_moe",
    "JambaForCausalLM, jamba",
    "JetMoeForCausalLM, jetmoe",
    "Lfm2MoeForCausalLM, lfm2_moe",
    "Llama4ForConditionalGeneration, llama4",
    "MiniMaxM2ForCausalLM, minimax_m2",
    "MiniMaxM3SparseForCausalLM, minimax_m3_vl",
    "Mistral4ForCausalLM, mistral4",
    "PhimoeForCausalLM, phimoe",
    "MixtralForCausalLM, mixtral",
    "GptOssForCausalLM, gpt_oss"
  })
  void of_classAlone_isItsLayout(String name, String layout) {
    ModelConfig config = new ModelConfig(Map.of("architectures", List.of(name)));
    assertEquals(layout, Layouts.of(config, Set.of()).name());
  }

  /** A config that names no model is that of a layout that knows its tensors, and only then. */
  @Test
  void of_namesNeitherTypeNorClass_knownByItsTensors() {
    ModelConfig none = new ModelConfig(Map.of());
    Set<String> gptOss = Set.of("block.0.mlp.mlp1_weight.blocks", "block.0.mlp.gate.weight");
    assertEquals("gpt_oss", Layouts.of(none, gptOss).name());
    for (ModelConfig named : List.of(
        new ModelConfig(Map.of("model_type", "unknown")),
        new ModelConfig(Map.of("architectures", List.of("Unknown"))))) {
      assertThrows(LayoutException.class, () -> Layouts.of(named, gptOss));
    }
    assertThrows(LayoutException.class, () -> Layouts.of(none, Set.of("other")));
  }

  /** A block stored in each form: the same parameters, whole and expert by expert. */
  @ParameterizedTest
  @MethodSource("entries")
  void layer_ofEveryForm_hasTheSameParameters(Entry entry) throws IOException {
    Layout layout = layout(entry);
    MoeLayer layer =
        MoeCheckpoints.of(entry.config(), tensors(entry)).layer(entry.block(), DataType.FLOAT);
    List<List<LayoutPart>> forms = numericForms(entry);
    for (int number = 0; number < forms.size(); number++) {
      List<LayoutPart> form = forms.get(number);
      MemoryTensors stored = new MemoryTensors();
      Export.write(
          layout,
          layer,
          form,
          (part, place, array) ->
              stored.put(place.name(), array.reshape(place.axes()), TensorType.FLOAT32));
      MoeCheckpoint checkpoint = MoeCheckpoints.of(entry.config(), stored);
      String where = "form " + number + " ";
      assertSame(where, layer, checkpoint.layer(entry.block(), DataType.FLOAT));
      BlockOutline outline = checkpoint.outline(entry.block());
      assertTrue(outline.isWhole(), where + outline);
      assertEquals(modules(entry, form), checkpoint.linearModules(entry.block()), where);
      for (int expert = 0; expert < outline.networks(); expert++) {
        int own = expert;
        NamedArrays one = checkpoint.expert(entry.block(), expert, DataType.FLOAT);
        assertTrue(one.names().contains("experts.up.weight")
            || one.names().contains("experts.0.up.weight"));
        one.forEach((name, array) -> {
          INDArray all = layer.parameters().get(name);
          assertSameBits(
              where + name, all.slice(own), array.reshape(all.slice(own).shape()));
        });
      }
    }
  }

  /** Those of a form, or of the first form with modules of each expert if it has none. */
  private static Map<LoraTarget, List<LinearModule>> modules(Entry entry, List<LayoutPart> form) {
    Map<LoraTarget, List<LinearModule>> own = LinearModules.of("", form);
    if (!own.containsKey(LoraTarget.EXPERT_UP)) {
      ModelConfig config = new ModelConfig(ConfigJson.parse(entry.config()));
      for (List<LayoutPart> other : layout(entry).forms(config, entry.block())) {
        Map<LoraTarget, List<LinearModule>> modules = LinearModules.of("", other);
        if (modules.containsKey(LoraTarget.EXPERT_UP)) {
          return modules;
        }
      }
    }
    return own;
  }

  /** A tensor of each part of each form is missing: the error names it. */
  @ParameterizedTest
  @MethodSource("entries")
  void layer_tensorOfAFormMissing_isNamed(Entry entry) throws IOException {
    MoeLayer layer =
        MoeCheckpoints.of(entry.config(), tensors(entry)).layer(entry.block(), DataType.FLOAT);
    for (List<LayoutPart> form : numericForms(entry)) {
      for (LayoutPart missing : form) {
        String name = missing.places().get(0).name();
        MemoryTensors stored = new MemoryTensors();
        Export.write(
            layout(entry),
            layer,
            form,
            (part, place, array) ->
                stored.put(place.name(), array.reshape(place.axes()), TensorType.FLOAT32));
        stored.remove(name);
        MoeCheckpoint checkpoint = MoeCheckpoints.of(entry.config(), stored);
        String message = assertThrows(
                LayoutException.class, () -> checkpoint.layer(entry.block(), DataType.FLOAT))
            .getMessage();
        assertTrue(message.startsWith("tensor " + name + " of shape "), name + ": " + message);
      }
    }
  }

  /** The weights of each form under a mapping: the outputs of the layer in memory. */
  @ParameterizedTest
  @MethodSource("entries")
  void layer_mappedInEveryForm_hasTheOutputsOfTheLayerInMemory(Entry entry, @TempDir Path root)
      throws IOException {
    MoeLayer layer =
        MoeCheckpoints.of(entry.config(), tensors(entry)).layer(entry.block(), DataType.FLOAT);
    TokenBatch tokens = TokenBatch.evaluation(
            RandomArrays.normal(DataType.FLOAT, Seeds.random(2), 7, layer.modelWidth()))
        .withTokenIds(0, 1, 2, 3, 4, 5, 6);
    List<List<LayoutPart>> forms = numericForms(entry);
    for (int number = 0; number < forms.size(); number++) {
      Path folder = Files.createDirectory(root.resolve("form" + number));
      Files.writeString(folder.resolve("config.json"), entry.config());
      SafetensorsWriter writer = Safetensors.writer();
      Export.write(
          layout(entry),
          layer,
          forms.get(number),
          (part, place, array) ->
              writer.put(place.name(), array.reshape(place.axes()), TensorType.FLOAT32));
      writer.write(folder.resolve("model.safetensors"));
      try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder);
          MoePass expected = layer.forward(tokens);
          MoePass mapped =
              checkpoint.layer(entry.block(), MappedWeights.streamed()).forward(tokens)) {
        assertNear("form " + number, expected.y(), mapped.y(), 1e-4);
      }
    }
  }

  private static Layout layout(Entry entry) {
    return Layouts.of(new ModelConfig(ConfigJson.parse(entry.config())), Set.of());
  }

  /** The forms of numbers; those of blocks hold codes and scales (MappedBlockTest). */
  private static List<List<LayoutPart>> numericForms(Entry entry) {
    ModelConfig config = new ModelConfig(ConfigJson.parse(entry.config()));
    return layout(entry).forms(config, entry.block()).stream()
        .filter(form -> form.stream()
            .flatMap(part -> part.places().stream())
            .noneMatch(place -> place.name().endsWith("blocks")))
        .toList();
  }

  /** Tensors of all experts are read from either side, by their shape. */
  @ParameterizedTest
  @ValueSource(strings = {"llama4_text", "qwen3_5_moe", "mistral4"})
  void forms_stackedTensors_ofBothSides(String type) throws IOException {
    Entry entry = entries()
        .filter(each -> each.config().contains("\"" + type + "\""))
        .findFirst()
        .orElseThrow();
    Set<List<Long>> shapes = numericForms(entry).stream()
        .flatMap(List::stream)
        .flatMap(part -> part.places().stream())
        .filter(place -> place.name().endsWith(".experts.gate_up_proj"))
        .map(Place::shape)
        .collect(Collectors.toSet());
    assertEquals(2, shapes.size(), shapes.toString());
    List<Long> one = shapes.iterator().next();
    assertTrue(shapes.contains(List.of(one.get(0), one.get(2), one.get(1))), shapes.toString());
  }

  /** DBRX has one matrix of all experts, which is no linear module of theirs. */
  @Test
  void linearModules_dbrx_haveTheRouterAlone() throws IOException {
    Entry entry =
        entries().filter(each -> each.config().contains("\"dbrx\"")).findFirst().orElseThrow();
    MoeCheckpoint checkpoint = MoeCheckpoints.of(entry.config(), tensors(entry));
    Map<LoraTarget, List<LinearModule>> modules = checkpoint.linearModules(entry.block());
    assertEquals(Set.of(LoraTarget.ROUTER), modules.keySet());
    assertEquals(
        "transformer.blocks.0.ffn.router.layer",
        modules.get(LoraTarget.ROUTER).get(0).name());
  }

  /** A number that a part of the layer refuses is an error of the model. */
  @Test
  void layer_biasThatIsNotFinite_isRefusedWithTheBlock() throws IOException {
    Entry entry = entries()
        .filter(each -> each.config().contains("\"deepseek_v3\""))
        .findFirst()
        .orElseThrow();
    MemoryTensors tensors = tensors(entry);
    String name = "model.layers.1.mlp.gate.e_score_correction_bias";
    INDArray bias = tensors.read(name, DataType.FLOAT).dup();
    bias.putScalar(3, Float.NaN);
    tensors.remove(name);
    tensors.put(name, bias, TensorType.FLOAT32);
    MoeCheckpoint checkpoint = MoeCheckpoints.of(entry.config(), tensors);
    assertEquals(
        "decoder layer 1: selection bias must be finite but expert 3 has NaN",
        assertThrows(LayoutException.class, () -> checkpoint.layer(entry.block(), DataType.FLOAT))
            .getMessage());
  }

  private static void assertSame(String where, MoeLayer expected, MoeLayer actual) {
    assertEquals(expected.parameters().names(), actual.parameters().names(), where);
    expected
        .parameters()
        .forEach((name, array) ->
            assertSameBits(where + name, array, actual.parameters().get(name)));
  }

  @Test
  void entries_nameEveryLayout() throws IOException {
    Set<String> seen = new LinkedHashSet<>();
    entries()
        .forEach(entry ->
            seen.add(MoeCheckpoints.of(entry.config(), new MemoryTensors()).layout()));
    assertEquals(
        Layouts.all().stream().map(Layout::name).toList().size(), seen.size(), seen.toString());
  }
}
