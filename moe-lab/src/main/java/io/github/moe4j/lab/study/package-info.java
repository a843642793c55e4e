/**
 * The study of balance: collapsed routers, trained with each mechanism of {@link
 * io.github.moe4j.lab.balance.Mechanisms}, and the times of the losses.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.study;

import org.jspecify.annotations.NullMarked;
