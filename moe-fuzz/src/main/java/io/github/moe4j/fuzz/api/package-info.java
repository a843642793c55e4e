/** Random sequences of calls on random layers, against naive references. */
@NullMarked
package io.github.moe4j.fuzz.api;

import org.jspecify.annotations.NullMarked;
