/**
 * Tensor files for exchange with other systems: {@link io.github.moe4j.core.io.Safetensors}, or a folder of them
 * with their index, {@link io.github.moe4j.core.io.ShardedSafetensors}.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: an open file may be read by several threads, and
 * not after {@code close}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.io;

import org.jspecify.annotations.NullMarked;
