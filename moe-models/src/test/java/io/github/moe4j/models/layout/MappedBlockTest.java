package io.github.moe4j.models.layout;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.quantized.MappedExperts;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsException;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Experts that stay in the files of a model. */
@ExtendWith(Seeds.class)
class MappedBlockTest {
  private static final MoeBlock BLOCK = MoeBlock.decoder(0);
  private static final String MLP = "model.layers.0.mlp.";
  private static final Set<TensorType> BYTES = Set.of(TensorType.FLOAT8_E4M3, TensorType.UINT8);

  @TempDir
  Path folder;

  private MoeCheckpoint open(String config, MemoryTensors tensors) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    SafetensorsWriter writer = Safetensors.writer();
    for (String name : tensors.names()) {
      TensorType type = tensors.type(name);
      if (BYTES.contains(type)) {
        int length = Math.toIntExact(tensors.read(name, DataType.DOUBLE).length());
        writer.putBytes(name, tensors.shape(name), type, tensors.bytes(name, 0, length));
      } else {
        writer.put(name, tensors.read(name, DataType.DOUBLE), type);
      }
    }
    writer.write(file());
    return MoeCheckpoints.open(folder);
  }

  private Path file() {
    return folder.resolve("model.safetensors");
  }

  private static MemoryTensors mixtral(TensorType type) throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    MoeCheckpoints.export(
        SmallMixtral.layer(), SmallMixtral.CONFIG, SmallMixtral.BLOCK, tensors, type);
    return tensors;
  }

  private static TokenBatch tokens(int rows, int width) {
    return TokenBatch.evaluation(RandomArrays.normal(DataType.FLOAT, Seeds.random(2), rows, width));
  }

  /** With the weights that a checkpoint's own layer reads into memory. */
  private static void assertSame(MoeCheckpoint checkpoint, int width) throws IOException {
    MoeLayer expected = checkpoint.layer(0);
    MoeLayer mapped = checkpoint.layer(0, MappedWeights.streamed());
    assertInstanceOf(MappedExperts.class, mapped.experts());
    assertEquals("decoder layer 0", mapped.name());
    for (int rows : new int[] {0, 1, 3, 17, 70}) {
      TokenBatch tokens = tokens(rows, width);
      try (MoePass pass = expected.forward(tokens);
          MoePass other = mapped.forward(tokens)) {
        if (Kernels.chosen().isPresent()) {
          assertSameBits(rows + " rows", pass.y(), other.y());
        } else {
          assertNear(rows + " rows", pass.y(), other.y(), 1e-5);
        }
        assertTrue(rows == 0 || pass.y().amaxNumber().doubleValue() > 1e-3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16"})
  void layer_plainNumbers_bitsOfTheLayerInMemory(TensorType type) throws IOException {
    try (MoeCheckpoint checkpoint = open(SmallMixtral.CONFIG, mixtral(type))) {
      assertSame(checkpoint, 4);
    }
  }

  /** D 136 and H 24: blocks are partial at both edges. */
  @ParameterizedTest
  @CsvSource({"128, FLOAT32", "64, BFLOAT16", "7, FLOAT32", "20, FLOAT8_E8M0", "20, FLOAT64"})
  void layer_fp8_bitsOfTheLayerInMemory(int block, TensorType scales) throws IOException {
    String config =
        "{\"model_type\": \"qwen3_moe\", \"num_hidden_layers\": 1, \"hidden_size\": 136,"
            + " \"moe_intermediate_size\": 24, \"num_experts\": 3, \"num_experts_per_tok\": 2,"
            + " \"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": ["
            + block + ", " + block + "]}}";
    MemoryTensors tensors = new MemoryTensors();
    SplittableRandom random = Seeds.random(1);
    tensors.put(
        MLP + "gate.weight",
        RandomArrays.normal(DataType.FLOAT, random, 3, 136),
        TensorType.FLOAT32);
    for (int e = 0; e < 3; e++) {
      putFp8(tensors, e + ".gate_proj", 24, 136, block, scales, random);
      putFp8(tensors, e + ".up_proj", 24, 136, block, scales, random);
      putFp8(tensors, e + ".down_proj", 136, 24, block, scales, random);
    }
    try (MoeCheckpoint checkpoint = open(config, tensors)) {
      assertSame(checkpoint, 136);
    }
  }

  private static void putFp8(
      MemoryTensors tensors,
      String name,
      int out,
      int in,
      int block,
      TensorType type,
      SplittableRandom random) {
    byte[] codes = new byte[out * in];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) ((random.nextInt(2) << 7) + random.nextInt(0x40));
    }
    String weight = MLP + "experts." + name + ".weight";
    tensors.putBytes(weight, new long[] {out, in}, TensorType.FLOAT8_E4M3, ByteBuffer.wrap(codes));
    int rows = (out + block - 1) / block;
    int columns = (in + block - 1) / block;
    double[] scales = new double[rows * columns];
    for (int i = 0; i < scales.length; i++) {
      double scale = random.nextDouble(0.05, 0.2);
      scales[i] = switch (type) {
        case FLOAT64 -> scale;
        case FLOAT8_E8M0 -> Math.scalb(1.0, -random.nextInt(5));
        default -> Math.round(scale * 256) / 256.0;
      };
    }
    tensors.put(
        weight + "_scale_inv", RandomArrays.of(DataType.DOUBLE, scales, rows, columns), type);
  }

  /** gpt-oss as it is published: D 64, H 32, gate and up in turn, with biases. */
  @Test
  void layer_mxfp4InTurnWithBiases_bitsOfTheLayerInMemory() throws IOException {
    String config = "{\"model_type\": \"gpt_oss\", \"num_hidden_layers\": 1, \"hidden_size\": 64,"
        + " \"intermediate_size\": 32, \"num_local_experts\": 3, \"num_experts_per_tok\": 2,"
        + " \"quantization_config\": {\"quant_method\": \"mxfp4\"}}";
    MemoryTensors tensors = new MemoryTensors();
    SplittableRandom random = Seeds.random(3);
    put(tensors, MLP + "router.weight", random, 3, 64);
    put(tensors, MLP + "router.bias", random, 3);
    put(tensors, MLP + "experts.gate_up_proj_bias", random, 3, 64);
    put(tensors, MLP + "experts.down_proj_bias", random, 3, 64);
    putMxfp4(tensors, MLP + "experts.gate_up_proj", 64, 64, random);
    putMxfp4(tensors, MLP + "experts.down_proj", 64, 32, random);
    try (MoeCheckpoint checkpoint = open(config, tensors)) {
      assertSame(checkpoint, 64);
    }
  }

  private static void put(
      MemoryTensors tensors, String name, SplittableRandom random, long... shape) {
    tensors.put(name, RandomArrays.normal(DataType.FLOAT, random, shape), TensorType.BFLOAT16);
  }

  private static void putMxfp4(
      MemoryTensors tensors, String name, int out, int in, SplittableRandom random) {
    byte[] codes = new byte[3 * out * in / 2];
    random.nextBytes(codes);
    byte[] scales = new byte[3 * out * in / 32];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (122 + random.nextInt(4));
    }
    tensors.putBytes(
        name + "_blocks",
        new long[] {3, out, in / 32, 16},
        TensorType.UINT8,
        ByteBuffer.wrap(codes));
    tensors.putBytes(
        name + "_scales", new long[] {3, out, in / 32}, TensorType.UINT8, ByteBuffer.wrap(scales));
  }

  @Test
  void layer_withBudget_bitsOfPackedAndCountsUses() throws IOException {
    try (MoeCheckpoint checkpoint = open(SmallMixtral.CONFIG, mixtral(TensorType.BFLOAT16))) {
      MoeLayer expected = checkpoint.packed(BLOCK, WeightFormat.INT8);
      MoeLayer mapped =
          checkpoint.layer(BLOCK, MappedWeights.withBudget(1 << 20, WeightFormat.INT8));
      TokenBatch tokens = tokens(17, 4);
      LoadStatistics load = LoadStatistics.none(3);
      for (int i = 0; i < 2; i++) {
        try (MoePass pass = expected.forward(tokens);
            MoePass other = mapped.forward(tokens)) {
          assertSameBits("pass " + i, pass.y(), other.y());
          assertEquals(0, pass.load().expertHits());
          load = load.plus(other.load());
        }
      }
      int used = 3 - load.expertsWithoutTokens();
      assertEquals(used, load.expertMisses());
      assertEquals(used, load.expertHits());
    }
  }

  @Test
  void forward_afterClose_isAnError() throws IOException {
    MoeLayer streamed;
    MoeLayer budget;
    try (MoeCheckpoint checkpoint = open(SmallMixtral.CONFIG, mixtral(TensorType.BFLOAT16))) {
      streamed = checkpoint.layer(0, MappedWeights.streamed());
      budget = checkpoint.layer(0, MappedWeights.withBudget(1 << 20, WeightFormat.INT8));
      budget.forward(tokens(17, 4)).close();
    }
    for (MoeLayer layer : new MoeLayer[] {streamed, budget}) {
      assertEquals(
          file() + " is closed",
          assertThrows(IllegalStateException.class, () -> layer.forward(tokens(3, 4)))
              .getMessage());
    }
  }

  /** Changes the file in some way. */
  private interface Change {
    void to(Path file) throws IOException;
  }

  private void assertNoticed(String expected, Change change) throws IOException {
    try (MoeCheckpoint checkpoint = open(SmallMixtral.CONFIG, mixtral(TensorType.BFLOAT16))) {
      MoeLayer layer = checkpoint.layer(0, MappedWeights.streamed());
      layer.forward(tokens(3, 4)).close();
      change.to(file());
      UncheckedIOException error =
          assertThrows(UncheckedIOException.class, () -> layer.forward(tokens(3, 4)));
      assertInstanceOf(SafetensorsException.class, error.getCause());
      String message = String.valueOf(error.getMessage());
      assertTrue(message.startsWith(file() + ": ") && message.contains(expected), message);
    }
    Files.deleteIfExists(file());
  }

  @Test
  void forward_fileTruncatedReplacedOrDeleted_isAnErrorThatNamesIt() throws IOException {
    assertNoticed(" bytes when it was opened but has 100", file -> {
      try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
        writer.setLength(100);
      }
    });
    assertNoticed("since it was opened", file -> {
      Path copy = folder.resolve("copy");
      Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
      Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
    });
    assertNoticed("does not exist any more", Files::delete);
  }

  @Test
  void layer_tensorsInMemory_isRefused() throws IOException {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, SmallMixtral.tensors());
    assertEquals(
        MemoryTensors.class.getName() + " is not made of files",
        assertThrows(
                UnsupportedOperationException.class,
                () -> checkpoint.layer(0, MappedWeights.streamed()))
            .getMessage());
  }

  /** Weights that are NaN do no harm until their expert gets a token: each token chooses two of three experts. */
  @Test
  void forward_nanInAnExpertWithoutTokens_doesNoHarm() throws IOException {
    int unharmed = 0;
    for (int expert = 0; expert < 3; expert++) {
      try (MoeCheckpoint checkpoint = open(SmallMixtral.CONFIG, withNan(expert))) {
        unharmed += unharmed(checkpoint.layer(0, MappedWeights.streamed()), expert);
      }
    }
    assertEquals(20, unharmed);
  }

  private static MemoryTensors withNan(int expert) throws IOException {
    MemoryTensors tensors = mixtral(TensorType.BFLOAT16);
    for (String name : tensors.names().toArray(String[]::new)) {
      if (name.contains("experts." + expert + ".")) {
        INDArray weight = tensors.read(name, DataType.FLOAT);
        tensors.remove(name);
        tensors.put(name, weight.assign(Float.NaN), TensorType.BFLOAT16);
      }
    }
    return tensors;
  }

  /** Tokens of 20 whose pass does not end in the error of an expert. */
  private static int unharmed(MoeLayer layer, int expert) {
    INDArray x = tokens(20, 4).x();
    int unharmed = 0;
    for (int t = 0; t < 20; t++) {
      TokenBatch token = TokenBatch.evaluation(x.getRow(t).dup().reshape('c', 1, 4));
      try (MoePass pass = layer.forward(token)) {
        assertEquals(0, pass.load().assigned()[expert]);
        unharmed++;
      } catch (IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("expert " + expert + " has NaN"), message);
      }
    }
    return unharmed;
  }
}
