/** Races of what threads share, tested with jcstress and Lincheck; tests of internals are in their packages. */
@NullMarked
package io.github.moe4j.stress;

import org.jspecify.annotations.NullMarked;
