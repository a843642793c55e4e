/**
 * What balances the lab's models while they train: losses, controllers, counts of a whole step.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.balance;

import org.jspecify.annotations.NullMarked;
