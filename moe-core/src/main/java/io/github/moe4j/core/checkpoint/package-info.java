/**
 * Saving and restoring all training state.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: a checkpoint is immutable, a builder for one thread.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.checkpoint;

import org.jspecify.annotations.NullMarked;
