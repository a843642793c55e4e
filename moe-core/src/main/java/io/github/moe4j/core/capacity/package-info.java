/** Capacity rules: expert capacity, drop priority, and overflow. */
@NullMarked
package io.github.moe4j.core.capacity;

import org.jspecify.annotations.NullMarked;
