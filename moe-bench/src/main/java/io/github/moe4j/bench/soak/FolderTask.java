package io.github.moe4j.bench.soak;

import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import java.io.IOException;
import java.nio.file.Path;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Opens the folder of a model, runs a layer of it with weights in memory, in the file and in the file with a budget for
 * half of the experts, and closes it.
 */
record FolderTask(Path folder, MoeBlock block, long budget) implements SoakTask {
  @Override
  public String name() {
    return "checkpoint folder, in memory and mapped";
  }

  @Override
  public long run() throws IOException {
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      long sum = new ServingTask("", checkpoint.layer(block, DataType.FLOAT)).run();
      sum = 31 * sum + new ServingTask("", checkpoint.layer(block, MappedWeights.streamed())).run();
      // Which experts are in memory decides about no bit: int8 would be rounded.
      MappedWeights cached = MappedWeights.withBudget(budget, WeightFormat.FLOAT32);
      return 31 * sum + new ServingTask("", checkpoint.layer(block, cached)).run();
    }
  }
}
