package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.quantized.MappedExperts;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.lora.LoraTarget;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The sparse blocks of a published model. Tensors are read on demand and not
 * kept.
 */
public final class MoeCheckpoint implements AutoCloseable {
  private final Layout layout;
  private final ModelConfig config;
  private final StoredTensors tensors;
  private final Closeable opened;
  private final Origin origin;

  /**
   * A model that is understood.
   *
   * @param opened what to close with it
   * @param origin for errors
   */
  MoeCheckpoint(
      Layout layout, ModelConfig config, TensorSource tensors, Closeable opened, Origin origin) {
    this.layout = layout;
    this.config = config;
    this.opened = opened;
    this.origin = origin;
    layout.check(config);
    List<MoeBlock> blocks = layout.blocks(config);
    QuantizationConfig quantization = new QuantizationConfig(config);
    this.tensors = new StoredTensors(
        tensors,
        quantization.blockScales(),
        quantization.shown(),
        NamePrefix.of(layout, config, tensors.names()));
    if (!quantization.isSupported()
        && !blocks.stream()
            .allMatch(block -> BlockForms.isWhole(layout, config, block, this.tensors))) {
      throw quantization.unsupported();
    }
  }

  /** The name of the layout, such as {@code mixtral}. */
  public String layout() {
    return layout.name();
  }

  /**
   * What a tool put before the names of the layout, such as {@code module.} or {@code base_model.model.}; empty for
   * names as published.
   */
  public String prefix() {
    return tensors.prefix();
  }

  /** The sparse blocks, in order, those of an encoder first; all other layers are dense. */
  public List<MoeBlock> blocks() {
    return layout.blocks(config);
  }

  /**
   * The names of all tensors of the model, those of its other parts too; of MXFP4 that of the blocks. Scales of FP8 and MXFP4
   * belong to what they scale, and have none.
   */
  public Set<String> tensorNames() {
    return Collections.unmodifiableSet(tensors.names());
  }

  /**
   * The numbers of a tensor, of a sparse block or not, decoded if it is FP8 or MXFP4.
   *
   * @param name one of {@link #tensorNames}; that of MXFP4 blocks may lack {@code _blocks} or {@code .blocks}
   * @param type FLOAT or DOUBLE
   * @return a copy, contiguous in c order; of MXFP4 [E,out,in]
   * @throws IOException if it cannot be read
   * @throws LayoutException if there is none, or if it is in a form that is not supported
   */
  public INDArray tensor(String name, DataType type) throws IOException {
    String found = Stream.of(name, name + "_blocks", name + ".blocks")
        .filter(tensors.names()::contains)
        .findFirst()
        .orElseThrow(() -> origin.named(new LayoutException("the model has no tensor %s", name)));
    try {
      return origin.read(() -> tensors.get(found).read(type));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * The linear modules of a block by projection, as the model's code in Hugging Face names them: in the form that the
   * checkpoint has, or, where it keeps one tensor of all experts, in the first form of the layout with modules for
   * each expert. A projection without such modules is absent.
   *
   * @param block one of {@link #blocks}
   * @return a module for each expert in order; one of router and shared expert
   * @throws IOException if a file cannot be read
   */
  public Map<LoraTarget, List<LinearModule>> linearModules(MoeBlock block) throws IOException {
    List<LayoutPart> atHand;
    try {
      atHand = origin.read(() -> BlockForms.atHand(layout, config, block, tensors));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return Stream.concat(Stream.of(atHand), layout.forms(config, block).stream())
        .map(parts -> LinearModules.of(tensors.prefix(), parts))
        .filter(modules -> modules.containsKey(LoraTarget.EXPERT_UP))
        .findFirst()
        .orElseGet(() -> LinearModules.of(tensors.prefix(), atHand));
  }

  /**
   * The sparse block of a decoder layer, in float32.
   *
   * @param layer index of a layer that has one
   * @throws IOException if a tensor cannot be read
   */
  public MoeLayer layer(int layer) throws IOException {
    return layer(MoeBlock.decoder(layer), DataType.FLOAT);
  }

  /**
   * A sparse block.
   *
   * @param block one of {@link #blocks}
   * @param type type of the layer's parameters, FLOAT or DOUBLE
   * @return a new layer, named after the block; changes to it do not affect the
   *     checkpoint
   * @throws IOException if a tensor cannot be read
   * @throws LayoutException if a tensor is missing or has another shape
   */
  public MoeLayer layer(MoeBlock block, DataType type) throws IOException {
    return origin.read(() -> {
      LayerArrays arrays = new LayerArrays();
      for (LayoutPart part : parts(block)) {
        part.read(place -> tensors.get(place).read(type), arrays);
      }
      return layout.layer(config, arrays, block);
    });
  }

  /**
   * A sparse block for evaluation in little memory: its experts stay as they are stored, bfloat16, float16, FP8 or MXFP4, and
   * no more than one of them is float32 at any time. Router and shared expert are float32.
   *
   * @param block one of {@link #blocks}
   * @return a new layer, whose experts are {@link QuantizedExperts}; its y differs from that of {@link #layer} by the
   *     rounding of sums alone
   * @throws IOException if a tensor cannot be read
   * @throws LayoutException if a tensor is missing or has another shape, if the experts' weights are stored in different
   *     ways, or if FP8 blocks are not multiples of 128 (then choose a format)
   */
  public MoeLayer packed(MoeBlock block) throws IOException {
    return origin.read(() -> PackedBlock.read(layout, config, block, parts(block), tensors, null));
  }

  /**
   * The same with weights of a given format, to which they are rounded.
   *
   * @param format such as {@link WeightFormat#INT8}
   * @throws IOException if a tensor cannot be read
   * @throws LayoutException if a tensor is missing or has another shape
   */
  public MoeLayer packed(MoeBlock block, WeightFormat format) throws IOException {
    return origin.read(
        () -> PackedBlock.read(layout, config, block, parts(block), tensors, format));
  }

  /**
   * The sparse block of a decoder layer for evaluation, whose experts stay in the files.
   *
   * @param layer index of a layer that has one
   * @param weights what is kept in memory
   * @throws IOException if a tensor cannot be read
   */
  public MoeLayer layer(int layer, MappedWeights weights) throws IOException {
    return layer(MoeBlock.decoder(layer), weights);
  }

  /**
   * A sparse block for evaluation whose experts stay in the files, in whatever type they are stored: they are read where
   * they are multiplied, and nothing of an expert before it gets a token. Router and shared expert are read now, in
   * float32.
   *
   * @param block one of {@link #blocks}
   * @param weights what is kept in memory
   * @return a new layer, whose experts are {@link MappedExperts}. It reads the files in each pass, so it is valid until
   *     this checkpoint is closed, and as long as nobody changes them; any other pass is an error. With {@link
   *     MappedWeights#streamed} its y is that of {@link #layer(MoeBlock, DataType)} in float32, but for the rounding of sums with
   *     BLAS; with a budget, that of {@link #packed(MoeBlock, WeightFormat)}.
   * @throws IOException if a tensor cannot be read
   * @throws LayoutException if a tensor is missing or has another shape
   * @throws UnsupportedOperationException if the tensors are not in files
   */
  public MoeLayer layer(MoeBlock block, MappedWeights weights) throws IOException {
    return origin.read(
        () -> MappedBlock.open(layout, config, block, parts(block), tensors, weights));
  }

  /**
   * What a block is, and which of its tensors cannot be read. No weights are read, only headers of files.
   *
   * @param block one of {@link #blocks}
   * @throws LayoutException if it is none of them, or if the config is not supported
   */
  public BlockOutline outline(MoeBlock block) {
    try {
      return new Outlines(layout, config, tensors, this::require).of(block);
    } catch (LayoutException e) {
      throw origin.named(e);
    }
  }

  /**
   * The weights of one expert of a block, in the memory of one expert.
   *
   * @param block one of {@link #blocks}
   * @param expert its number, of those with weights
   * @param type FLOAT or DOUBLE
   * @return new arrays by the names of the layer's parameters, such as {@code experts.gate.weight} [1,H,D]
   * @throws IOException if a tensor cannot be read
   * @throws LayoutException if a tensor is missing or has another shape, or if there is no such expert
   */
  public NamedArrays expert(MoeBlock block, int expert, DataType type) throws IOException {
    return origin.read(() -> {
      BlockReader reader = new BlockReader(parts(block), tensors);
      if (expert < 0 || expert >= reader.experts()) {
        throw new LayoutException("expert must be in [0, %d) but was %d", reader.experts(), expert);
      }
      LayerArrays arrays = new LayerArrays();
      reader.readExpert(expert, type, arrays);
      return arrays.named();
    });
  }

  /**
   * The weights of a block's router.
   *
   * @param block one of {@link #blocks}
   * @param type FLOAT or DOUBLE
   * @return new arrays by the names of the layer's parameters, such as {@code router.weight} [E,D]; also those of its state,
   *     {@code router.selection_bias} [E] and {@code router.table} [V,K]
   * @throws IOException if a tensor cannot be read
   * @throws LayoutException if a tensor is missing or has another shape
   */
  public NamedArrays router(MoeBlock block, DataType type) throws IOException {
    return origin.read(() -> {
      LayerArrays arrays = new LayerArrays();
      new BlockReader(parts(block), tensors).readRouter(type, arrays);
      return arrays.named();
    });
  }

  /** The parts of the detected form, whose tensors all exist. */
  private List<LayoutPart> parts(MoeBlock block) throws IOException {
    try {
      List<LayoutPart> parts = BlockForms.atHand(layout, config, block, tensors);
      parts.forEach(part -> part.places().forEach(this::require));
      return parts;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void require(Place place) {
    if (!tensors.has(place)) {
      throw new LayoutException(
          "tensor %s of shape %s is missing", tensors.name(place), place.shape());
    }
    long[] found = tensors.get(place).shape();
    if (!Arrays.equals(found, place.axes())) {
      throw new LayoutException(
          "tensor %s must be %s but is %s",
          tensors.name(place), place.shape(), Arrays.toString(found));
    }
  }

  /**
   * Writes a layer with the names, shapes and types of the checkpoint. A layer that was read in a
   * type at least as wide and not changed gives the same bytes.
   *
   * @param layer with the parameters of that block. Not modified.
   * @param block one of {@link #blocks}
   * @param sink receives the tensors
   * @throws IOException if the sink fails
   * @throws LayoutException if the layer's parameters are not those of the block
   */
  public void export(MoeLayer layer, MoeBlock block, TensorSink sink) throws IOException {
    List<LayoutPart> parts = origin.read(() -> parts(block));
    Export.write(
        layout, layer, parts, (part, place, array) -> tensors.get(place).write(array, sink));
  }

  /** Closes the files, if {@link MoeCheckpoints#open} opened them. */
  @Override
  public void close() throws IOException {
    opened.close();
  }
}
