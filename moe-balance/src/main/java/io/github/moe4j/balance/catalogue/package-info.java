/**
 * What balances load, by name: a catalogue of losses and one of controllers, each with its traits. A
 * loss or a controller of a user's own joins them through {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.github.moe4j.balance.catalogue;

import org.jspecify.annotations.NullMarked;
