/** {@code crash}: commands that are killed, run out of disk, lose their folder or may not write to it, and what they leave behind. */
@NullMarked
package io.github.moe4j.bench.crash;

import org.jspecify.annotations.NullMarked;
