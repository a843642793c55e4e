/** Updating parameters from gradients, with ND4J's own updaters. */
@NullMarked
package io.github.moe4j.core.training;

import org.jspecify.annotations.NullMarked;
