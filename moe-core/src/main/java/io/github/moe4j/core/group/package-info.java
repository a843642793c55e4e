/**
 * Groups of ranks that compute together: collective operations with results that are bit-identical on every engine.
 * {@link io.github.moe4j.core.group.Group} is what training code uses, in one process with threads as ranks or over
 * several machines; {@link io.github.moe4j.core.group.Exchange} is what an engine implements.
 *
 * <p>A group belongs to the thread of its rank. Errors are {@link io.github.moe4j.core.group.GroupException}s, which
 * end the group for all ranks.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.group;

import org.jspecify.annotations.NullMarked;
