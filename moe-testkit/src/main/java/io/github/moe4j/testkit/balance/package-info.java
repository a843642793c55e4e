/** The contract of every {@link io.github.moe4j.balance.BalanceLoss}. */
@NullMarked
package io.github.moe4j.testkit.balance;

import org.jspecify.annotations.NullMarked;
