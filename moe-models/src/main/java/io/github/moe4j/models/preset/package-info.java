/**
 * Published architectures as configurations: their parts, their sizes, and one layer of each at
 * any smaller width.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: everything is immutable.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.models.preset;

import org.jspecify.annotations.NullMarked;
