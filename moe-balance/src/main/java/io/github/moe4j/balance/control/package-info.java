/**
 * Controllers: balancing outside the gradient. A controller observes routing decisions and acts once per
 * optimizer step, on a router's selection bias or on the coefficient of a loss. Unlike
 * losses they own state, which can be saved and restored.
 *
 * <p>Axes: T tokens, E experts, K choices per token.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: a controller is for one thread at a time.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.balance.control;

import org.jspecify.annotations.NullMarked;
