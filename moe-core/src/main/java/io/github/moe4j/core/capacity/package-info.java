/**
 * Capacity rules: expert capacity, drop priority, and overflow.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 */
@NullMarked
package io.github.moe4j.core.capacity;

import org.jspecify.annotations.NullMarked;
