/**
 * Expert networks: plain, gated, composite and hierarchical ones, and upcycled copies.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.experts;

import org.jspecify.annotations.NullMarked;
