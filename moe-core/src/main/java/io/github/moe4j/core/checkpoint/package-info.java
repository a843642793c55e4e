/**
 * Saving and restoring all training state.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: a checkpoint is immutable, a builder for one thread.
 */
@NullMarked
package io.github.moe4j.core.checkpoint;

import org.jspecify.annotations.NullMarked;
