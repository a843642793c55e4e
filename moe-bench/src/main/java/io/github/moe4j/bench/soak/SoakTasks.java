package io.github.moe4j.bench.soak;

import io.github.moe4j.bench.distributed.Training;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;

/** The work of a soak: training, checkpoints, serving with all kinds of weights, ranks. */
final class SoakTasks {
  private static final int EXPERTS = 8;
  private static final int WIDTH = 64;
  private static final int HIDDEN = 96;
  private static final MoeBlock BLOCK = MoeBlock.decoder(0);
  private static final String CONFIG = """
      {"model_type": "mixtral", "num_hidden_layers": 1, "hidden_size": %d,
       "intermediate_size": %d, "num_local_experts": %d, "num_experts_per_tok": 2}
      """.formatted(WIDTH, HIDDEN, EXPERTS);

  private SoakTasks() {}

  /**
   * New tasks.
   *
   * @param folder for their files
   */
  static List<SoakTask> in(Path folder) throws IOException {
    Router router =
        GatedRouter.of(LinearGate.create(EXPERTS, WIDTH, DataType.FLOAT, 1), TopK.of(2));
    GluExperts experts = GluExperts.create(ExpertOptions.of(EXPERTS, WIDTH, HIDDEN), 2);
    MoeLayer layer = MoeLayer.of(router, experts);
    List<SoakTask> all = new ArrayList<>();
    all.add(new TrainingTask(folder));
    all.add(new ServingTask("float32", layer));
    for (WeightFormat format : WeightFormat.values()) {
      all.add(new ServingTask(
          "packed " + format.name().toLowerCase(Locale.ROOT),
          MoeLayer.of(router, QuantizedExperts.of(experts, format))));
    }
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), CONFIG);
    SafetensorsWriter writer = Safetensors.writer();
    MoeCheckpoints.export(layer, CONFIG, BLOCK, writer, TensorType.BFLOAT16);
    writer.write(model.resolve("model.safetensors"));
    all.add(new FolderTask(model, BLOCK, experts.parameters().count() * Float.BYTES / 2));
    all.add(new RanksTask(new Training(2, 3, 4, 1)));
    all.add(new RanksTask(new Training(3, 2, 7, 2)));
    return all;
  }
}
