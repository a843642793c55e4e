/**
 * Soft MoE: experts process learned mixtures of tokens instead of tokens.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.soft;

import org.jspecify.annotations.NullMarked;
