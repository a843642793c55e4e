/**
 * Routers. Most are a {@link io.github.moe4j.routing.Gate} that scores experts and a {@link
 * io.github.moe4j.routing.RoutingRule} that turns scores into assignments, joined by {@link
 * io.github.moe4j.routing.GatedRouter}; a new one is a new rule in a file of its own.
 *
 * <p>Axes: T tokens, D model width, E experts, K choices per token, N assignments.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 */
@NullMarked
package io.github.moe4j.routing;

import org.jspecify.annotations.NullMarked;
