package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.io.SafetensorsPatch;
import io.github.moe4j.core.io.ShardedSafetensors;
import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.internal.ConfigJson;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens the checkpoints of published models as their sparse blocks, and writes such blocks.
 *
 * <p>The layout is found by {@code model_type} in {@code config.json}, or by {@code architectures}
 * where that is missing. A field that changes the computation in a way that the layout does not
 * support is an error that names it and its value.
 */
public final class MoeCheckpoints {
  private static final String CONFIG = "config.json";

  private MoeCheckpoints() {}

  /**
   * A model in a folder with {@code config.json} and safetensors.
   *
   * @throws IOException if a file cannot be read
   * @throws LayoutException if the config is invalid or not supported; its message, and those of all such errors of the
   *     checkpoint, begin with the config's file
   */
  public static MoeCheckpoint open(Path folder) throws IOException {
    Origin origin = new Origin(folder.resolve(CONFIG));
    String text = ConfigJson.text(folder.resolve(CONFIG));
    Map<String, @Nullable Object> fields = origin.read(() -> ConfigJson.parse(text));
    ShardedSafetensors tensors = ShardedSafetensors.open(folder);
    try {
      return origin.read(() -> of(fields, tensors, tensors::close, origin));
    } catch (IOException | RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  /**
   * A model with tensors from any source.
   *
   * @param configJson the text of a {@code config.json}
   * @param tensors all of its tensors, or those of the blocks to read
   * @throws LayoutException if the config is invalid or not supported
   */
  public static MoeCheckpoint of(String configJson, TensorSource tensors) {
    return of(ConfigJson.parse(configJson), tensors);
  }

  /**
   * The same with the fields of the config: texts, numbers, booleans, lists and maps.
   *
   * @param config Not modified.
   */
  public static MoeCheckpoint of(
      Map<String, ? extends @Nullable Object> config, TensorSource tensors) {
    return of(config, tensors, () -> {}, new Origin(null));
  }

  private static MoeCheckpoint of(
      Map<String, ? extends @Nullable Object> config,
      TensorSource tensors,
      Closeable opened,
      Origin origin) {
    ModelConfig fields = new ModelConfig(config);
    return new MoeCheckpoint(Layouts.of(fields, tensors.names()), fields, tensors, opened, origin);
  }

  /**
   * Writes a layer as a block of a model of which there is no checkpoint yet, in the form that was
   * published first.
   *
   * @param layer with the parameters of that block. Not modified. Its rule, group sizes and similar
   *     options are not checked: the config determines how a reader interprets the tensors.
   * @param configJson the text of a {@code config.json}
   * @param block a sparse block of that config
   * @param sink receives the tensors
   * @param type how to store them; a bias that selects experts is stored in at least float32
   * @throws IOException if the sink fails
   * @throws LayoutException if the config is invalid or not supported or the layer's parameters are not those
   *     of the block
   */
  public static void export(
      MoeLayer layer, String configJson, MoeBlock block, TensorSink sink, TensorType type)
      throws IOException {
    ModelConfig config = new ModelConfig(ConfigJson.parse(configJson));
    Layout layout = Layouts.of(config, Set.of());
    if (config.isSet(QuantizationConfig.FIELD)) {
      throw config.unsupported(QuantizationConfig.FIELD, "none, since nothing is quantized here");
    }
    layout.check(config);
    Export.write(
        layout,
        layer,
        BlockForms.published(layout, config, block),
        (part, place, array) -> sink.put(place.name(), array, part.storedAs(type)));
  }

  /**
   * Writes a whole model: a copy of a folder in which the tensors of the given layers are replaced. Everything
   * else is copied byte for byte: other tensors, config, tokenizer, index.
   *
   * @param folder of the model, as for {@link #open}. Not modified.
   * @param layers by their block in the model. Not modified.
   * @param target new; written completely or not at all
   * @throws IOException if a file cannot be read or written, or if the target exists
   * @throws LayoutException if the config is invalid or not supported or a layer's parameters are not those of
   *     its block
   */
  public static void export(Path folder, Map<MoeBlock, MoeLayer> layers, Path target)
      throws IOException {
    try (ShardedSafetensors tensors = ShardedSafetensors.open(folder);
        MoeCheckpoint checkpoint = open(folder)) {
      FolderCopy.write(folder, target, copy -> {
        try (SafetensorsPatch patch = SafetensorsPatch.of(tensors, copy)) {
          for (Map.Entry<MoeBlock, MoeLayer> layer : layers.entrySet()) {
            checkpoint.export(layer.getValue(), layer.getKey(), patch);
          }
        }
      });
    }
  }
}
