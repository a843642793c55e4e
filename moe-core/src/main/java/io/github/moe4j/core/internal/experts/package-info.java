/** Rows of experts in blocks, and the functions between their projections: not an API. */
@NullMarked
package io.github.moe4j.core.internal.experts;

import org.jspecify.annotations.NullMarked;
