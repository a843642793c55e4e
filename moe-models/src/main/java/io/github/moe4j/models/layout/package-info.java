/**
 * Loads and saves the sparse blocks of published checkpoints, with Hugging Face's tensor
 * names.
 *
 * <p>A {@code Layout} is one family of models: which of their layers are sparse, where each
 * parameter is stored ({@code LayoutPart}), and how to build a layer from them. {@code Layouts} lists them all.
 *
 * <p>Axes: E experts · D model width · H hidden width of an expert.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: an open checkpoint may be read by several threads,
 * and not after {@code close}; its layers stay valid.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.models.layout;

import org.jspecify.annotations.NullMarked;
