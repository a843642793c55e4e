/** {@code distributed}: checks groups of ranks against one process. */
@NullMarked
package io.github.moe4j.bench.distributed;

import org.jspecify.annotations.NullMarked;
