/** What the machine can do at most: compute rate, bandwidth, sizes of its caches. */
@NullMarked
package io.github.moe4j.bench.machine;

import org.jspecify.annotations.NullMarked;
