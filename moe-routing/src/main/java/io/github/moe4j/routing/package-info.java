/**
 * Routers. Most are a {@link io.github.moe4j.routing.Gate} that scores experts and a {@link
 * io.github.moe4j.routing.RoutingRule} that converts scores to assignments, combined by {@link
 * io.github.moe4j.routing.GatedRouter}; a new router usually is one new rule.
 *
 * <p>Axes: T tokens, D model width, E experts, K choices per token, N assignments.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.routing;

import org.jspecify.annotations.NullMarked;
