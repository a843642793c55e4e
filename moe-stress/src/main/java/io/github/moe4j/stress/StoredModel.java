package io.github.moe4j.stress;

import io.github.moe4j.core.io.ShardedSafetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with an index and a file of one byte, 7, as tensor a. */
final class StoredModel {
  private static final Path FOLDER = write();

  private StoredModel() {}

  /** Opens it; no file is open before the first read. */
  static ShardedSafetensors open() {
    try {
      return ShardedSafetensors.open(FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write() {
    byte[] header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"
        .getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(Long.BYTES + header.length + 1);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).put((byte) 7);
    try {
      Path folder = Files.createTempDirectory("moe4j-stress");
      Path weights = Files.write(folder.resolve("weights.safetensors"), file.array());
      Path index = Files.writeString(
          folder.resolve("model.safetensors.index.json"),
          "{\"weight_map\":{\"a\":\"weights.safetensors\"}}");
      folder.toFile().deleteOnExit();
      weights.toFile().deleteOnExit();
      index.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
