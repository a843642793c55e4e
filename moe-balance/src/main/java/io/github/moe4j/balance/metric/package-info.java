/**
 * Measures of what routers decide, for people and logs: they have no gradient and train nothing.
 * What trains a router is in {@link io.github.moe4j.balance}.
 *
 * <p>Axes: T tokens, E experts, K choices per token, N assignments. All measures look at choices
 * before dropping unless they say otherwise; padding is ignored.
 */
@NullMarked
package io.github.moe4j.balance.metric;

import org.jspecify.annotations.NullMarked;
