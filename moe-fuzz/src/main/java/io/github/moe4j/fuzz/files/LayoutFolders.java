package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.models.layout.BlockTensor;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.RandomArrays;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Folders of every layout, in plain numbers, under names with a random prefix of tools that wrap models and, where its
 * experts are matrices, in FP8; gpt-oss in MXFP4 too. The configs are those of the layouts' test.
 */
final class LayoutFolders {
  private static final String LIST = "/io/github/moe4j/models/layout/layouts.txt";
  private static final Pattern MISSING =
      Pattern.compile("tensor (\\S+) of shape \\[([0-9, ]*)] is missing");

  private static final List<String> WRAPPERS =
      List.of("module.", "_orig_mod.", "base_model.model.", "language_model.", "model.");

  private static final String FP8 =
      ", \"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": [4, 3]}";

  private static final String MXFP4_CONFIG = """
      {"model_type": "gpt_oss", "num_hidden_layers": 1, "hidden_size": 32, "intermediate_size": 32,
       "num_local_experts": 2, "num_experts_per_tok": 1, "quantization_config": {"quant_method": "mxfp4"}}
      """;

  private LayoutFolders() {}

  static List<ModelKind> create(Path folder) throws IOException {
    Path own = Files.createDirectory(folder.resolve("layouts"));
    List<ModelKind> folders = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(4);
    for (String paragraph : list().split("\n\n+")) {
      String config = paragraph.strip().split("\n")[1].strip();
      MemoryTensors plain = tensors(config);
      folders.add(write(own, folders.size(), config, plain));
      folders.add(write(own, folders.size(), config, wrapped(plain, prefix(random))));
      MemoryTensors fp8 = fp8(plain);
      if (fp8.names().size() > plain.names().size()) {
        String quantized = config.substring(0, config.length() - 1) + FP8 + "}";
        folders.add(write(own, folders.size(), quantized, fp8));
      }
    }
    folders.add(write(own, folders.size(), MXFP4_CONFIG, mxfp4()));
    return folders;
  }

  private static String list() throws IOException {
    try (InputStream in = LayoutFolders.class.getResourceAsStream(LIST)) {
      return new String(Objects.requireNonNull(in, LIST).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** What outlines of all blocks miss, until they miss nothing. */
  private static MemoryTensors tensors(String config) {
    MemoryTensors tensors = new MemoryTensors();
    SplittableRandom random = new SplittableRandom(1);
    int before = -1;
    while (tensors.names().size() > before) {
      before = tensors.names().size();
      MoeCheckpoint checkpoint = MoeCheckpoints.of(config, tensors);
      List<BlockTensor> all = checkpoint.blocks().stream()
          .flatMap(block -> checkpoint.outline(block).tensors().stream())
          .toList();
      for (BlockTensor tensor : all) {
        Matcher missing = MISSING.matcher(String.valueOf(tensor.fault()));
        if (missing.matches() && !tensors.names().contains(missing.group(1))) {
          String name = missing.group(1);
          long[] shape = Arrays.stream(missing.group(2).split(", "))
              .mapToLong(Long::parseLong)
              .toArray();
          tensors.put(
              name,
              name.endsWith(".tid2eid")
                  ? RandomArrays.of(DataType.FLOAT, experts(shape), shape)
                  : RandomArrays.normal(DataType.FLOAT, random, shape),
              TensorType.FLOAT32);
        }
      }
    }
    return tensors;
  }

  /** Words of tools that wrap models. */
  private static String prefix(SplittableRandom random) {
    StringBuilder prefix = new StringBuilder();
    for (int i = 0; i <= random.nextInt(3); i++) {
      prefix.append(Draw.of(random, WRAPPERS));
    }
    return prefix.toString();
  }

  private static MemoryTensors wrapped(MemoryTensors plain, String prefix) throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    for (String name : plain.names()) {
      tensors.put(prefix + name, plain.read(name, DataType.FLOAT), TensorType.FLOAT32);
    }
    return tensors;
  }

  /** The table of DeepSeek-V4: two different experts of each token id. */
  private static double[] experts(long[] shape) {
    double[] experts = new double[Math.toIntExact(shape[0] * shape[1])];
    Arrays.setAll(experts, i -> i % shape[1]);
    return experts;
  }

  /** The weights of experts that are matrices of their own, in blocks of 4 by 3. */
  private static MemoryTensors fp8(MemoryTensors plain) throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    SplittableRandom random = new SplittableRandom(2);
    for (String name : plain.names()) {
      long[] shape = plain.shape(name);
      if (name.contains(".experts.") && name.endsWith(".weight") && shape.length == 2) {
        byte[] codes = new byte[Math.toIntExact(shape[0] * shape[1])];
        for (int i = 0; i < codes.length; i++) {
          codes[i] = (byte) random.nextInt(0x60);
        }
        tensors.putBytes(name, shape, TensorType.FLOAT8_E4M3, ByteBuffer.wrap(codes));
        tensors.put(
            name + "_scale_inv",
            RandomArrays.normal(DataType.FLOAT, random, (shape[0] + 3) / 4, (shape[1] + 2) / 3),
            TensorType.FLOAT32);
      } else {
        tensors.put(name, plain.read(name, DataType.FLOAT), TensorType.FLOAT32);
      }
    }
    return tensors;
  }

  private static MemoryTensors mxfp4() {
    MemoryTensors tensors = new MemoryTensors();
    SplittableRandom random = new SplittableRandom(3);
    String mlp = "model.layers.0.mlp.";
    put(tensors, mlp + "router.weight", random, 2, 32);
    put(tensors, mlp + "router.bias", random, 2);
    put(tensors, mlp + "experts.gate_up_proj_bias", random, 2, 64);
    put(tensors, mlp + "experts.down_proj_bias", random, 2, 32);
    putMxfp4(tensors, mlp + "experts.gate_up_proj", 64, random);
    putMxfp4(tensors, mlp + "experts.down_proj", 32, random);
    return tensors;
  }

  private static void put(
      MemoryTensors tensors, String name, SplittableRandom random, long... shape) {
    tensors.put(name, RandomArrays.normal(DataType.FLOAT, random, shape), TensorType.FLOAT32);
  }

  private static void putMxfp4(
      MemoryTensors tensors, String name, int out, SplittableRandom random) {
    byte[] codes = new byte[2 * out * 16];
    random.nextBytes(codes);
    byte[] scales = new byte[2 * out];
    Arrays.fill(scales, (byte) 120);
    tensors.putBytes(
        name + "_blocks", new long[] {2, out, 1, 16}, TensorType.UINT8, ByteBuffer.wrap(codes));
    tensors.putBytes(
        name + "_scales", new long[] {2, out, 1}, TensorType.UINT8, ByteBuffer.wrap(scales));
  }

  private static ModelKind write(Path folder, int number, String config, MemoryTensors tensors)
      throws IOException {
    Path own = Files.createDirectory(folder.resolve(String.valueOf(number)));
    SafetensorsWriter writer = Safetensors.writer();
    for (String name : tensors.names()) {
      TensorType type = tensors.type(name);
      if (type == TensorType.FLOAT32) {
        writer.put(name, tensors.read(name, DataType.FLOAT), type);
      } else {
        int length = Math.toIntExact(Arrays.stream(tensors.shape(name)).reduce(1, (a, b) -> a * b));
        writer.putBytes(name, tensors.shape(name), type, tensors.bytes(name, 0, length));
      }
    }
    writer.write(own.resolve(SafetensorsKind.FILE));
    Files.writeString(own.resolve("config.json"), config);
    return new ModelKind("layout", Folders.contents(own));
  }
}
