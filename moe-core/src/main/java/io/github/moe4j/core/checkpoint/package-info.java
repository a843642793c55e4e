/** Saving and restoring all training state. */
@NullMarked
package io.github.moe4j.core.checkpoint;

import org.jspecify.annotations.NullMarked;
