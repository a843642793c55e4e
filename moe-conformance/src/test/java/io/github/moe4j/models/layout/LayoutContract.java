package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.conformance.BuiltInCases;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseFile;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.TestCases;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What every layout keeps: a case written with the checkpoint's names, read as a layer, gives the
 * recorded outputs; and the layer, written again, the same tensors bit for bit.
 */
abstract class LayoutContract {
  /** A place and form in which a checkpoint may keep a block. */
  interface Form {
    void write(CaseTensors tensors);
  }

  /** The family of the cases. */
  abstract String family();

  /** The model's config, all of whose computation the case's config decides. */
  abstract Map<String, Object> config(ReferenceCase reference);

  /** The blocks to try, each in all forms. */
  abstract Map<MoeBlock, List<Form>> forms();

  /** The tokens of a case. */
  TokenBatch input(ReferenceCase reference) {
    return TokenBatch.evaluation(reference.input("hidden_states").rows()).differentiable();
  }

  /** Whether the layer can follow a case at all. */
  boolean follows(CaseConfig config) {
    return true;
  }

  @TestFactory
  List<DynamicTest> cases_readAndWritten_giveRecordedOutputsAndEqualTensors() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CaseFile file : BuiltInCases.all()) {
      if (file.name().startsWith(family() + "__")) {
        ReferenceCase reference = TestCases.read(file);
        if (follows(reference.config())) {
          forms().forEach((block, forms) -> {
            for (int i = 0; i < forms.size(); i++) {
              Form form = forms.get(i);
              tests.add(DynamicTest.dynamicTest(
                  file.name() + ", " + block + ", form " + i, () -> check(reference, block, form)));
            }
          });
        }
      }
    }
    assertTrue(!tests.isEmpty(), "no case of " + family());
    return tests;
  }

  private void check(ReferenceCase reference, MoeBlock block, Form form) throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    form.write(new CaseTensors(reference, tensors));
    try (MoeCheckpoint checkpoint = MoeCheckpoints.of(config(reference), tensors)) {
      assertTrue(checkpoint.blocks().contains(block), checkpoint.blocks().toString());
      MoeLayer layer = checkpoint.layer(block, DataType.DOUBLE);
      try (MoePass pass = layer.forward(input(reference))) {
        compare(reference, pass, Comparison.TOLERANCE);
        new OutlineCheck(checkpoint, block, layer)
            .outlineAndParts_areThoseOfTheLayer(pass, tensors.names());
      }
      comparePacked(reference, checkpoint.packed(block, WeightFormat.FLOAT32));
      MemoryTensors again = new MemoryTensors();
      checkpoint.export(layer, block, again);
      assertEqual(tensors, again);
    }
  }

  /** The same through files: a folder is opened, and what is exported has its bytes. */
  @TestFactory
  List<DynamicTest> firstCase_inAFolder_isReadAndWrittenToTheSameBytes(@TempDir Path folder)
      throws IOException {
    ReferenceCase reference = null;
    for (CaseFile file : BuiltInCases.all()) {
      if (reference == null && file.name().startsWith(family() + "__")) {
        ReferenceCase read = TestCases.read(file);
        reference = follows(read.config()) ? read : null;
      }
    }
    ReferenceCase first = Objects.requireNonNull(reference, family());
    List<DynamicTest> tests = new ArrayList<>();
    forms().forEach((block, forms) -> {
      for (Form form : forms) {
        Path place = folder.resolve(Integer.toString(tests.size()));
        tests.add(DynamicTest.dynamicTest(
            block + ", form " + tests.size(), () -> checkFiles(first, block, form, place)));
      }
    });
    return tests;
  }

  private void checkFiles(ReferenceCase reference, MoeBlock block, Form form, Path folder)
      throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    form.write(new CaseTensors(reference, tensors));
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"), new ObjectMapper().writeValueAsString(config(reference)));
    SafetensorsWriter writer = Safetensors.writer();
    for (String name : tensors.names()) {
      writer.put(name, tensors.read(name, DataType.DOUBLE), tensors.type(name));
    }
    writer.write(folder.resolve("model.safetensors"));
    SafetensorsWriter again = Safetensors.writer();
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      MoeLayer layer = checkpoint.layer(block, DataType.DOUBLE);
      try (MoePass pass = layer.forward(input(reference))) {
        compare(reference, pass, Comparison.TOLERANCE);
      }
      compareMapped(reference, checkpoint, block);
      checkpoint.export(layer, block, again);
    }
    again.write(folder.resolve("again.safetensors"));
    assertEquals(
        -1,
        Files.mismatch(folder.resolve("model.safetensors"), folder.resolve("again.safetensors")));
  }

  /** Weights in the file give what the same weights give in memory: bit for bit where the kernels run. */
  private void compareMapped(ReferenceCase reference, MoeCheckpoint checkpoint, MoeBlock block)
      throws IOException {
    TokenBatch input = input(reference);
    TokenBatch single =
        input.withX(input.x().castTo(DataType.FLOAT)).withMode(PassMode.evaluation());
    MappedWeights budget = MappedWeights.withBudget(1, WeightFormat.FLOAT32);
    try (MoePass expected = checkpoint.layer(block, DataType.FLOAT).forward(single);
        MoePass streamed = checkpoint.layer(block, MappedWeights.streamed()).forward(single);
        MoePass packed = checkpoint.layer(block, budget).forward(single)) {
      float[] y = expected.y().dup('c').data().asFloat();
      float tolerance = Kernels.chosen().isPresent() ? 0 : 1e-5f;
      assertArrayEquals(y, streamed.y().dup('c').data().asFloat(), tolerance);
      assertArrayEquals(y, packed.y().dup('c').data().asFloat(), tolerance);
    }
  }

  /** In evaluation, in float32. */
  private void comparePacked(ReferenceCase reference, MoeLayer layer) {
    TokenBatch input = input(reference);
    if (!input.isTraining()) {
      TokenBatch single =
          input.withX(input.x().castTo(DataType.FLOAT)).withMode(PassMode.evaluation());
      try (MoePass pass = layer.forward(single)) {
        compare(reference, pass, 1e-3);
      }
    }
  }

  private static void compare(ReferenceCase reference, MoePass pass, double tolerance) {
    CaseTensor output = reference.recordedOutput("output").orElseThrow();
    double[] y = pass.y().dup('c').data().asDouble();
    assertEquals(output.length(), y.length);
    for (int i = 0; i < y.length; i++) {
      if (!isOpen(reference, i / output.size(-1))) {
        double bound = tolerance * (1 + Math.abs(output.get(i)));
        assertEquals(output.get(i), y[i], bound, "output " + i);
      }
    }
  }

  /** Whether the k-th and the next probability of a token are equal, so that any choice is right. */
  private static boolean isOpen(ReferenceCase reference, int token) {
    CaseTensor logits = reference.recordedOutput("router_logits").orElse(null);
    int k = reference.config().integer("top_k", 1);
    if (logits == null || k == logits.size(-1)) {
      return false;
    }
    int experts = logits.size(-1);
    double[] row = Arrays.copyOfRange(logits.values(), token * experts, (token + 1) * experts);
    Arrays.sort(row);
    double largest = row[experts - 1];
    return Math.exp(row[experts - k] - largest) == Math.exp(row[experts - k - 1] - largest);
  }

  private static void assertEqual(MemoryTensors expected, MemoryTensors actual) {
    assertEquals(expected.names(), actual.names());
    for (String name : expected.names()) {
      assertArrayEquals(expected.shape(name), actual.shape(name), name);
      assertEquals(expected.type(name), actual.type(name), name);
      assertArrayEquals(bits(expected, name), bits(actual, name), name);
    }
  }

  private static long[] bits(MemoryTensors tensors, String name) {
    double[] values = tensors.read(name, DataType.DOUBLE).data().asDouble();
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(values[i]);
    }
    return bits;
  }

  /** A config of fields in pairs of name and value. */
  static Map<String, Object> fields(Object... pairs) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      fields.put((String) pairs[i], pairs[i + 1]);
    }
    return fields;
  }
}
