/** {@code soak}: mixed work for a long time, whose memory must not grow and whose bits must not change. */
@NullMarked
package io.github.moe4j.bench.soak;

import org.jspecify.annotations.NullMarked;
