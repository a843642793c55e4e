/**
 * Generators of random numbers whose state can be saved.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: a generator is for one thread at a time.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.random;

import org.jspecify.annotations.NullMarked;
