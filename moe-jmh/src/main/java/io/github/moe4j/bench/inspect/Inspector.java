package io.github.moe4j.bench.inspect;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.io.ShardedSafetensors;
import io.github.moe4j.models.internal.ConfigJson;
import io.github.moe4j.models.layout.BlockOutline;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks into a folder.
 *
 * @param folder of a model
 * @param block whose weights are read; null for none
 * @param run what is sent through the block; null for nothing
 */
record Inspector(
    Path folder, @Nullable MoeBlock block, @Nullable Run run) {
  /** Bytes for the experts of a block that are compared at once. */
  private static final long COMPARED = 1L << 30;

  private static final int PACKED_BLOCK = 128;
  private static final String CONFIG = "config.json";

  /**
   * Tokens to send through a block.
   *
   * @param tokens T
   * @param held where the experts are
   */
  record Run(int tokens, long seed, ExpertsHeld held) {}

  /**
   * Reads headers, and the weights of the block.
   *
   * @throws IOException if a file that is needed cannot be read
   */
  Inspection inspect() throws IOException {
    FolderCheck.requireConfig(folder);
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder);
        ShardedSafetensors files = ShardedSafetensors.open(folder)) {
      Map<String, @Nullable Object> config =
          ConfigJson.parse(ConfigJson.text(folder.resolve(CONFIG)));
      Map<?, ?> quantization =
          config.get("quantization_config") instanceof Map<?, ?> fields ? fields : Map.of();
      FolderTensors tensors = new FolderTensors(files);
      List<BlockOutline> outlines =
          checkpoint.blocks().stream().map(checkpoint::outline).toList();
      List<BlockFacts> blocks =
          outlines.stream().map(outline -> BlockFacts.of(outline, tensors)).toList();
      return new Inspection(
          folder.toString(),
          checkpoint.layout(),
          text(config.get("model_type")),
          text(quantization.get("quant_method")),
          checkpoint.prefix(),
          blocks,
          SparseTotals.of(blocks),
          TensorTotals.of(tensors, checkpoint.tensorNames()),
          LoadingMemory.of(
              outlines,
              blocks.stream().map(BlockFacts::expertType).toList(),
              fp8Stays(quantization)),
          block == null ? null : LayerFacts.of(checkpoint, block, COMPARED),
          block == null || run == null ? null : run(folder, checkpoint, block, run));
    }
  }

  private static RunFacts run(Path folder, MoeCheckpoint checkpoint, MoeBlock block, Run run)
      throws IOException {
    MoeLayer layer = run.held().read(checkpoint, block);
    try {
      return BlockRun.of(layer, run.held().words(), run.tokens(), run.seed());
    } catch (IllegalArgumentException e) { // weights that are not finite, say
      throw new IllegalArgumentException(folder.resolve(CONFIG) + ": " + e.getMessage(), e);
    }
  }

  /** Whether packed experts may keep the model's FP8: its blocks are multiples of 128. */
  private static boolean fp8Stays(Map<?, ?> quantization) {
    return quantization.get("weight_block_size") instanceof List<?> sizes
        && sizes.stream()
            .allMatch(
                size -> size instanceof Number number && number.longValue() % PACKED_BLOCK == 0);
  }

  /** A text of the config, or null. */
  private static @Nullable String text(@Nullable Object value) {
    return value instanceof String text ? text : null;
  }
}
