/**
 * Checkpoints of trainings over ranks, which number experts globally.
 *
 * <p>Threads and lifetime: {@link io.github.moe4j.parallel.checkpoint.RankCheckpoints} is used by the thread of the rank,
 * and its methods are collective; what it loads is immutable.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.parallel.checkpoint;

import org.jspecify.annotations.NullMarked;
