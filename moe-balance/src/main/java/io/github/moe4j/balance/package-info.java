/**
 * Balance losses, and the {@link io.github.moe4j.balance.Balancer} that applies them and controllers to
 * a model. A loss reads only routing decisions and returns its value and the gradient of each
 * decision; it is stateless. A new loss is one class.
 *
 * <p>Axes: T tokens, E experts, K choices per token, N assignments.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: losses are immutable, a balancer is for one thread
 * at a time.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.balance;

import org.jspecify.annotations.NullMarked;
