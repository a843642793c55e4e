package io.github.moe4j.models.adapter;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsFile;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.internal.ConfigJson;
import io.github.moe4j.models.layout.LayoutException;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.routing.Lora;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Low-rank adapters of the sparse blocks of a published model in the files of Hugging Face's PEFT: {@code
 * adapter_model.safetensors} with {@code base_model.model.MODULE.lora_A.weight} [r,in] and {@code .lora_B.weight} [out,r]
 * for each module, and {@code adapter_config.json}.
 *
 * <p>Modules are those of each expert, of the router and of the shared expert, by {@link MoeCheckpoint#linearModules}.
 * PEFT's adapters of one parameter of all experts ({@code target_parameters}) have another form and are not supported, nor
 * are adapters of other parts of a model.
 */
public final class PeftFiles {
  static final String TENSORS = "adapter_model.safetensors";

  private PeftFiles() {}

  /**
   * Puts the adapters of a folder on layers. Names, shapes and config are checked completely before any tensor is read.
   *
   * @param folder with both files
   * @param checkpoint of the model, for the names of its modules
   * @param layers without adapters by block, of {@link MoeCheckpoint#layer} or {@link MoeCheckpoint#packed}; at least the
   *     blocks that have adapters. Not modified.
   * @return the layers with adapters ({@link Lora}) by block, in the order of the model; layers without adapters are absent
   * @throws IOException if a file cannot be read
   * @throws LayoutException if the config is not supported, if a tensor is missing, left over or of a wrong shape, or if
   *     only some experts have an adapter or their ranks differ
   */
  public static Map<MoeBlock, MoeLayer> load(
      Path folder, MoeCheckpoint checkpoint, Map<MoeBlock, MoeLayer> layers) throws IOException {
    String config = ConfigJson.text(folder.resolve(PeftConfig.FILE));
    try (SafetensorsFile tensors = Safetensors.open(folder.resolve(TENSORS))) {
      return load(config, tensors, checkpoint, layers);
    } catch (LayoutException e) {
      throw e.in(folder);
    }
  }

  /**
   * The same with the tensors of any source.
   *
   * @param configJson the text of an {@code adapter_config.json}
   * @param tensors of the adapters
   * @param checkpoint of the model
   * @param layers by block. Not modified.
   * @return the layers with adapters by block
   * @throws IOException if a tensor cannot be read
   * @throws LayoutException as {@link #load(Path, MoeCheckpoint, Map)}
   */
  public static Map<MoeBlock, MoeLayer> load(
      String configJson,
      TensorSource tensors,
      MoeCheckpoint checkpoint,
      Map<MoeBlock, MoeLayer> layers)
      throws IOException {
    return new PeftReader(PeftConfig.parse(configJson), tensors, AdaptedModule.of(checkpoint))
        .read(checkpoint.blocks(), layers);
  }

  /**
   * Writes the adapters of layers as a new folder, completely or not at all. Adapters that were loaded and not changed
   * give the bytes of their tensors again.
   *
   * @param adapted layers with adapters by block. Not modified.
   * @param checkpoint of the model, for the names of its modules
   * @param baseModel what {@code base_model_name_or_path} says, such as {@code mistralai/Mixtral-8x7B-v0.1}
   * @param type how to store the tensors
   * @param folder must not exist
   * @throws IOException if a file cannot be written, or if the folder exists
   * @throws LayoutException if a layer has no adapters, if the layout has no module of a projection, or if the layers
   *     differ in dropout or in the kind of their scale
   */
  public static void save(
      Map<MoeBlock, MoeLayer> adapted,
      MoeCheckpoint checkpoint,
      String baseModel,
      TensorType type,
      Path folder)
      throws IOException {
    new PeftWriter(AdaptedModule.of(checkpoint)).write(adapted, baseModel, type, folder);
  }
}
