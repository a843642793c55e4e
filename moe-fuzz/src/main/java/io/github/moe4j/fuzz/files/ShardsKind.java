package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsException;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.ShardedSafetensors;
import io.github.moe4j.core.io.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.factory.Nd4j;

/** Safetensors in several files with an index. */
record ShardsKind(Map<String, byte[]> right) implements FileKind {
  static ShardsKind create(Path folder) throws IOException {
    Path own = Files.createDirectory(folder.resolve("shards"));
    SafetensorsWriter writer = Safetensors.writer();
    TensorType[] types = {TensorType.FLOAT32, TensorType.FLOAT16, TensorType.BFLOAT16};
    for (int i = 0; i < 6; i++) {
      writer.put("layer." + i, Nd4j.ones(3, 2), types[i % types.length]);
    }
    writer.writeSharded(own, 48);
    return new ShardsKind(Folders.contents(own));
  }

  @Override
  public String name() {
    return "shards";
  }

  @Override
  public void read(Path folder) throws IOException {
    try (ShardedSafetensors all = ShardedSafetensors.open(folder)) {
      SafetensorsKind.readAll(all);
    }
  }

  @Override
  public boolean refuses(Exception e) {
    return Folders.isText(e) || e instanceof SafetensorsException;
  }
}
