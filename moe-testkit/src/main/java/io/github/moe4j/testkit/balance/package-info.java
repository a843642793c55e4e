/** Contracts of losses and controllers: {@link io.github.moe4j.testkit.balance.LossContract}, {@link
 * io.github.moe4j.testkit.balance.ControllerContract}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.testkit.balance;

import org.jspecify.annotations.NullMarked;
