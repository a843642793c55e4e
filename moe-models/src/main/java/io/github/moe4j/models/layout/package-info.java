/**
 * Loads and saves the sparse blocks of published checkpoints, with Hugging Face's tensor
 * names.
 *
 * <p>A {@code Layout} is one family of models: which of their layers are sparse, where each
 * parameter lies ({@code LayoutPart}), and which layer they make. {@code Layouts} lists them all.
 *
 * <p>Axes: E experts · D model width · H hidden width of an expert.
 */
@NullMarked
package io.github.moe4j.models.layout;

import org.jspecify.annotations.NullMarked;
