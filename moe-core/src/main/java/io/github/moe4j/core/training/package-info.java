/**
 * A training toolbox: losses with their gradients, accuracy, optimizers by groups of parameters, learning-rate
 * schedules, and a loop that validates, saves and resumes. ND4J's own updaters work too.
 *
 * <p>Axes: T tokens, C classes, D model width. Threads and lifetime are as in {@link io.github.moe4j.core}: rules,
 * rates and losses are immutable; an optimizer and a loop are for one thread at a time.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.training;

import org.jspecify.annotations.NullMarked;
