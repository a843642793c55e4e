/**
 * Observability: traces of routing decisions, and routers that replay them.
 *
 * <p>Axes as in {@link io.github.moe4j.core}. A listener is set by {@code
 * MoeLayer.Builder.listener}; {@code core.watch.micrometer} has one for Micrometer.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}, but a replay gives passes in recorded order: run them one at a time.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.watch;

import org.jspecify.annotations.NullMarked;
