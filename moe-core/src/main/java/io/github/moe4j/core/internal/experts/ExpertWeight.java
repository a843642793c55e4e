package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.kernel.Window;
import org.jspecify.annotations.Nullable;

/**
 * The weight and bias of one expert's projection as they lie in memory.
 *
 * @param weight [out,in]
 * @param bias [1,out], or null
 * @param out rows of the weight
 * @param in columns of the weight
 * @param <A> {@code float[]} or {@code double[]}
 */
public record ExpertWeight<A>(Window<A> weight, @Nullable Window<A> bias, int out, int in) {}
