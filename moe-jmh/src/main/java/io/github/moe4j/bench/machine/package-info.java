/** The machine's peak: compute rate, bandwidth, cache sizes. */
@NullMarked
package io.github.moe4j.bench.machine;

import org.jspecify.annotations.NullMarked;
