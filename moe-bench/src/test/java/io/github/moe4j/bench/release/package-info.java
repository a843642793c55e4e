/** Checks what is published before it is. */
@NullMarked
package io.github.moe4j.bench.release;

import org.jspecify.annotations.NullMarked;
