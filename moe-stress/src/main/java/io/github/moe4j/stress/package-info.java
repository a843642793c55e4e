/** Races of the threads that help passes, tested with jcstress. */
@NullMarked
package io.github.moe4j.stress;

import org.jspecify.annotations.NullMarked;
