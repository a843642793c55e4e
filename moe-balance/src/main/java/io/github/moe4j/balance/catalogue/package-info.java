/**
 * Balancing mechanisms by name: a catalogue of losses and one of controllers, each with its traits. Users add
 * losses and controllers through {@link java.util.ServiceLoader}.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: entries are immutable.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.balance.catalogue;

import org.jspecify.annotations.NullMarked;
