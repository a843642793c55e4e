/**
 * Expert networks with weights in bfloat16 or int8, for evaluation.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 */
@NullMarked
package io.github.moe4j.core.experts.quantized;

import org.jspecify.annotations.NullMarked;
