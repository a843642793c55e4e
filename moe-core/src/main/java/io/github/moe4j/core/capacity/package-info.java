/**
 * Capacity rules: expert capacity, drop priority, and overflow.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.capacity;

import org.jspecify.annotations.NullMarked;
