/**
 * Balance losses. A loss reads only what routers decided and returns its value and the gradient of
 * each decision; it is stateless, except for the global-batch
 * loss, which counts within a step. A new one is one class.
 *
 * <p>Axes: T tokens, E experts, K choices per token, N assignments.
 */
@NullMarked
package io.github.moe4j.balance;

import org.jspecify.annotations.NullMarked;
