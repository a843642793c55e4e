/**
 * Experts and data in parallel over the ranks of a {@link io.github.moe4j.core.group.Group}: each rank holds some
 * experts, tokens travel to them and back, and all else is replicated.
 *
 * <p>Objects of this package belong to the thread of their rank; their collective methods are called by all ranks in the
 * same order.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.parallel;

import org.jspecify.annotations.NullMarked;
