/**
 * Layers to use around a sparse layer, with exact backward: linear layers, norms, embeddings, causal attention, and a
 * pre-norm Transformer block whose feed-forward part is a Mixture of Experts or dense.
 *
 * <p>Axes: T tokens, S tokens of a sequence, D model width; a batch is T/S sequences one after
 * another.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.transformer;

import org.jspecify.annotations.NullMarked;
