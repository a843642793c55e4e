/**
 * Mixture-of-Experts layers in networks of Deeplearning4j.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}, except for networks, which are for one thread at a
 * time as in Deeplearning4j in general.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.dl4j;

import org.jspecify.annotations.NullMarked;
