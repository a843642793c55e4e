/**
 * Observability: traces of routing decisions, and routers that replay them.
 *
 * <p>Axes as in {@link io.github.moe4j.core}. A listener is set by {@code
 * MoeLayer.Builder.listener}; {@code core.watch.micrometer} has one for Micrometer.
 */
@NullMarked
package io.github.moe4j.core.watch;

import org.jspecify.annotations.NullMarked;
