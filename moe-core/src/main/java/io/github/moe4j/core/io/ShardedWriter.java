package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.ReplacedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.util.DefaultIndenter;
import org.nd4j.shade.jackson.core.util.DefaultPrettyPrinter;

/** Writes a model as several files and their index. */
final class ShardedWriter {
  private ShardedWriter() {}

  static void write(Path folder, List<List<Outgoing>> shards, Map<String, String> metadata)
      throws IOException {
    boolean isNew = !Files.exists(folder);
    FileErrors.createFolders(folder);
    Path index = folder.resolve(ShardIndex.NAME);
    for (Path old : List.of(index, folder.resolve(ShardIndex.SINGLE))) {
      if (Files.exists(old)) {
        // Replacing shard by shard, a crash would leave some of the old model and some of the new.
        throw new FileAlreadyExistsException(
            old.toString(), null, "several files cannot replace a model in one step");
      }
    }
    List<Path> written = new ArrayList<>();
    try {
      writeAll(folder, shards, metadata, written);
    } catch (Throwable e) {
      // Without the index they are no model, and nobody would know whose they are.
      for (Path shard : written) {
        delete(shard, e);
      }
      if (isNew) {
        delete(folder, e);
      }
      throw e;
    }
  }

  private static void delete(Path path, Throwable why) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  private static void writeAll(
      Path folder, List<List<Outgoing>> shards, Map<String, String> metadata, List<Path> written)
      throws IOException {
    Map<String, String> places = new TreeMap<>(Utf8::compare);
    long bytes = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      Path shard = folder.resolve(name);
      FileWriter.write(shard, shards.get(i), metadata);
      written.add(shard);
      for (Outgoing tensor : shards.get(i)) {
        places.put(tensor.name(), name);
        bytes = Math.addExact(bytes, tensor.bytes());
      }
    }
    ByteBuffer text = ByteBuffer.wrap(index(places, bytes));
    ReplacedFile.write(
        folder.resolve(ShardIndex.NAME), channel -> ReplacedFile.writeAll(channel, text));
  }

  private static byte[] index(Map<String, String> places, long bytes) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = StrictJson.generator(text)) {
      // The same bytes on every system: the default would end lines as the system does.
      json.setPrettyPrinter(
          new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
      json.writeStartObject();
      json.writeObjectFieldStart(ShardIndex.METADATA);
      json.writeNumberField(ShardIndex.TOTAL_SIZE, bytes);
      json.writeEndObject();
      json.writeObjectFieldStart(ShardIndex.WEIGHT_MAP);
      for (Map.Entry<String, String> place : places.entrySet()) {
        json.writeStringField(place.getKey(), place.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return text.toByteArray();
  }
}
