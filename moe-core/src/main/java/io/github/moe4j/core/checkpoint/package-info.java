/** Saving all state of a training to a file, and loading it. */
@NullMarked
package io.github.moe4j.core.checkpoint;

import org.jspecify.annotations.NullMarked;
