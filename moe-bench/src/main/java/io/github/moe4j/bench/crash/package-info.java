/** {@code crash}: commands that are killed, run out of disk or lose their folder, and what they leave behind. */
@NullMarked
package io.github.moe4j.bench.crash;

import org.jspecify.annotations.NullMarked;
