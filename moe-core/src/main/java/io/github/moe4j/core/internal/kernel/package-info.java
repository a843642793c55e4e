/**
 * Matrix products on arrays of the Java heap, by vector instructions where the JVM offers them: layouts,
 * the loops around the innermost ones, and the choice of who does those. Not an API.
 *
 * <p>A product is split into panels of {@link io.github.moe4j.core.internal.kernel.Kernel#width} columns of
 * the right factor and tiles of a few rows of the left one. Each sum runs over its terms in ascending
 * order, one fused multiply-add after another, whatever the tile: so a row of a result has the same bits
 * alone and among any others.
 */
@NullMarked
package io.github.moe4j.core.internal.kernel;

import org.jspecify.annotations.NullMarked;
