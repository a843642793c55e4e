/** Soft MoE: experts process learned mixtures of tokens instead of tokens. */
@NullMarked
package io.github.moe4j.core.soft;

import org.jspecify.annotations.NullMarked;
