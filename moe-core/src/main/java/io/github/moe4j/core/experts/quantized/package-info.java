/**
 * Expert networks with packed float32, bfloat16, float16, int8, FP8 or MXFP4 weights, for evaluation.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.experts.quantized;

import org.jspecify.annotations.NullMarked;
