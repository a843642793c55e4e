package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All sizes of a model.
 *
 * @param vocabulary rows of the embedding
 * @param tied whether the output matrix is the embedding
 * @param modelWidth D
 * @param stacks a decoder, or an encoder and a decoder
 * @param attention of each layer
 * @param dense the network of layers without experts, or null if there are none
 * @param sparse layers with experts
 * @param norm one before each part of a layer and one at the end of a stack
 * @param positionBuckets rows of each stack's table of relative positions, a number a head; 0 for
 *     none
 * @param predictors multi-token prediction modules (DeepSeek-V3, arXiv 2412.19437, section 2.2)
 */
public record Architecture(
    int vocabulary,
    boolean tied,
    int modelWidth,
    List<Stack> stacks,
    Attention attention,
    @Nullable FeedForwardShape dense,
    Sparse sparse,
    Norm norm,
    int positionBuckets,
    int predictors) {
  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Architecture {
    Require.positive("vocabulary", vocabulary);
    Require.positive("modelWidth", modelWidth);
    stacks = List.copyOf(stacks);
    Require.that(!stacks.isEmpty(), "stacks must not be empty");
    Require.that(
        dense != null || stacks.stream().allMatch(s -> s.denseLayers() == 0),
        "layers without experts need a dense network");
    Require.that(
        positionBuckets == 0 || attention instanceof GroupedAttention,
        "relative positions need grouped attention");
  }

  /** A decoder with separate input and output embeddings and RMS norms. */
  public static Architecture decoder(
      int vocabulary,
      int modelWidth,
      Stack stack,
      Attention attention,
      @Nullable FeedForwardShape dense,
      Sparse sparse) {
    return new Architecture(
        vocabulary, false, modelWidth, List.of(stack), attention, dense, sparse, Norm.RMS, 0, 0);
  }

  /**
   * The same in a smaller or larger model: every width times {@code newWidth/modelWidth}, to the
   * nearest whole number; numbers of layers, heads, experts and vocabulary entries stay.
   *
   * @throws IllegalArgumentException if the width is not positive
   */
  public Architecture atWidth(int newWidth) {
    Require.positive("modelWidth", newWidth);
    return new Architecture(
        vocabulary,
        tied,
        newWidth,
        stacks,
        attention.scaled(modelWidth, newWidth),
        dense == null ? null : dense.scaled(modelWidth, newWidth),
        sparse.scaled(modelWidth, newWidth),
        norm,
        positionBuckets,
        predictors);
  }

  /**
   * The same with another number of experts, at least k.
   *
   * @throws IllegalArgumentException if there are fewer than k
   */
  public Architecture withExperts(int experts) {
    return new Architecture(
        vocabulary,
        tied,
        modelWidth,
        stacks,
        attention,
        dense,
        sparse.withExperts(experts),
        norm,
        positionBuckets,
        predictors);
  }

  /** The same with multi-token prediction modules. */
  public Architecture withPredictors(int count) {
    return new Architecture(
        vocabulary,
        tied,
        modelWidth,
        stacks,
        attention,
        dense,
        sparse,
        norm,
        positionBuckets,
        count);
  }

  /** Layers of all stacks. */
  public int layers() {
    return stacks.stream().mapToInt(Stack::layers).sum();
  }

  /** Layers with experts of all stacks. */
  public int sparseLayers() {
    return stacks.stream().mapToInt(Stack::sparseLayers).sum();
  }
}
