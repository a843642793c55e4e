/** Scaling with experts, tokens, callers and calls, and under skewed load. */
@NullMarked
package io.github.moe4j.bench.scaling;

import org.jspecify.annotations.NullMarked;
