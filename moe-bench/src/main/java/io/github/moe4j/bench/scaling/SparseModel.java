package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.roofline.LayerShape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.StringJoiner;

/**
 * A model of one layer in bfloat16, in a temporary folder, whose file has holes for all weights: it takes no room on the
 * disk, its weights are zeros, and its pages are read into memory like others.
 *
 * @param folder with config and tensors
 * @param bytes of the file
 */
record SparseModel(Path folder, long bytes) implements AutoCloseable {
  private static final String FILE = "model.safetensors";
  private static final String CONFIG = "config.json";

  /** A Mixtral. */
  static SparseModel of(LayerShape shape) throws IOException {
    String block = "model.layers.0.block_sparse_moe.";
    Header header = new Header();
    header.add(block + "gate.weight", shape.experts(), shape.width());
    for (int e = 0; e < shape.experts(); e++) {
      String expert = block + "experts." + e;
      header.add(expert + ".w1.weight", shape.hidden(), shape.width());
      header.add(expert + ".w2.weight", shape.width(), shape.hidden());
      header.add(expert + ".w3.weight", shape.hidden(), shape.width());
    }
    return write("mixtral", shape, header);
  }

  /** A Llama 4, whose experts' weights are stored transposed. */
  static SparseModel transposed(LayerShape shape) throws IOException {
    String block = "model.layers.0.feed_forward.";
    Header header = new Header();
    header.add(block + "router.weight", shape.experts(), shape.width());
    header.add(block + "experts.gate_up_proj", shape.experts(), shape.width(), 2L * shape.hidden());
    header.add(block + "experts.down_proj", shape.experts(), shape.hidden(), shape.width());
    header.add(block + "shared_expert.gate_proj.weight", shape.hidden(), shape.width());
    header.add(block + "shared_expert.up_proj.weight", shape.hidden(), shape.width());
    header.add(block + "shared_expert.down_proj.weight", shape.width(), shape.hidden());
    return write("llama4_text", shape, header);
  }

  private static SparseModel write(String type, LayerShape shape, Header header)
      throws IOException {
    Path folder = Files.createTempDirectory("moe4j-mapped");
    Files.writeString(
        folder.resolve(CONFIG),
        ("{\"model_type\": \"%s\", \"num_hidden_layers\": 1, \"hidden_size\": %d,"
                + " \"intermediate_size\": %d, \"num_local_experts\": %d, \"num_experts_per_tok\": %d}")
            .formatted(type, shape.width(), shape.hidden(), shape.experts(), shape.k()));
    return new SparseModel(folder, header.write(folder.resolve(FILE)));
  }

  /** Tensors one after another. */
  private static final class Header {
    private final StringJoiner tensors = new StringJoiner(",", "{", "}");
    private long end;

    void add(String name, long... shape) {
      long begin = end;
      end += Arrays.stream(shape).reduce(Short.BYTES, (a, b) -> a * b);
      tensors.add("\"%s\":{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
          .formatted(name, Arrays.toString(shape), begin, end));
    }

    /** Returns the length of the file. */
    long write(Path file) throws IOException {
      byte[] text = tensors.toString().getBytes(StandardCharsets.UTF_8);
      ByteBuffer length =
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, text.length);
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        out.write(length.array());
        out.write(text);
        out.setLength(Long.BYTES + text.length + end);
        return out.length();
      }
    }
  }

  /** Deletes the folder. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
    Files.deleteIfExists(folder.resolve(CONFIG));
    Files.deleteIfExists(folder);
  }
}
