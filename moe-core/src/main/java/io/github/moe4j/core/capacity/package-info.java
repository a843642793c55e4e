/** Capacity rules: how many assignments an expert takes, who is dropped, and what becomes of them. */
@NullMarked
package io.github.moe4j.core.capacity;

import org.jspecify.annotations.NullMarked;
