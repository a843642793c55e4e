/**
 * Balancing mechanisms by name: a catalogue of losses and one of controllers, each with its traits. Users add
 * losses and controllers through {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.github.moe4j.balance.catalogue;

import org.jspecify.annotations.NullMarked;
