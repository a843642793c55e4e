/** Command {@code inspect}: what a folder with a published model holds. */
@NullMarked
package io.github.moe4j.bench.inspect;

import org.jspecify.annotations.NullMarked;
