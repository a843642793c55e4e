/** Expert networks with weights in bfloat16 or int8, for evaluation. */
@NullMarked
package io.github.moe4j.core.experts.quantized;

import org.jspecify.annotations.NullMarked;
