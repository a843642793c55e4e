package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import java.util.List;
import java.util.Set;

/** The sparse blocks of one family of models: which layers have one, where it lies, what it is. */
interface Layout {
  /** The short name, that of its first model type. */
  String name();

  /** What {@code model_type} of a config says. */
  default Set<String> modelTypes() {
    return Set.of(name());
  }

  /** What the classes in {@code architectures} of a config begin with, a regular expression. */
  String architecture();

  /** Whether a model whose config names neither type nor class is of this family, by its tensors. */
  default boolean recognizes(Set<String> names) {
    return false;
  }

  /**
   * Throws if the fields require a computation that is not supported, or contradict each other. Sizes of the blocks are
   * checked by {@link #forms}.
   */
  default void check(ModelConfig config) {}

  /** The sparse blocks, in order. */
  List<MoeBlock> blocks(ModelConfig config);

  /** The forms in which checkpoints keep a block; the one that was published first. */
  List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block);

  /** The layer made of the arrays that the parts read. */
  MoeLayer.Builder build(ModelConfig config, LayerArrays arrays);

  /**
   * A block's layer.
   *
   * @throws LayoutException also of numbers of the config or the tensors that a part of the layer refuses
   */
  default MoeLayer layer(ModelConfig config, LayerArrays arrays, MoeBlock block) {
    try {
      return build(config, arrays).name(block.toString()).build();
    } catch (LayoutException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new LayoutException("%s: %s", block, e.getMessage());
    }
  }

  /** Adds what a layer holds beside its parameters and a checkpoint keeps too. */
  default void addState(MoeLayer layer, LayerArrays arrays) {
    SelectionBias.add(layer, arrays);
  }
}
