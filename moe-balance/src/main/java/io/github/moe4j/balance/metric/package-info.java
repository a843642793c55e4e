/**
 * Measures of routing decisions for logs and tables. They have no gradient; for training use the
 * losses of {@link io.github.moe4j.balance}.
 *
 * <p>Axes: T tokens, E experts, K choices per token, N assignments. All measures use choices
 * before dropping unless stated otherwise; padding is ignored.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: objects that accumulate over passes are for one
 * thread at a time.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.balance.metric;

import org.jspecify.annotations.NullMarked;
