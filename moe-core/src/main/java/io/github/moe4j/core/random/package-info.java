/** Generators of random numbers whose state can be saved. */
@NullMarked
package io.github.moe4j.core.random;

import org.jspecify.annotations.NullMarked;
