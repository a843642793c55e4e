/**
 * Measures of what routers decide, for people and logs: they have no gradient and train nothing.
 * What trains a router is in {@link io.github.moe4j.balance}.
 *
 * <p>Axes: T tokens, E experts, K choices per token, N assignments. All measures look at choices
 * before dropping unless they say otherwise; padding is ignored.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: what collects over passes is for one thread at a time.
 */
@NullMarked
package io.github.moe4j.balance.metric;

import org.jspecify.annotations.NullMarked;
