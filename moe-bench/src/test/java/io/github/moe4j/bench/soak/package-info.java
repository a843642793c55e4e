/** Tests. */
@NullMarked
package io.github.moe4j.bench.soak;

import org.jspecify.annotations.NullMarked;
