/**
 * Files of tensors from and for other systems: {@link io.github.moe4j.core.io.Safetensors}, or a folder of them
 * with their index, {@link io.github.moe4j.core.io.ShardedSafetensors}.
 */
@NullMarked
package io.github.moe4j.core.io;

import org.jspecify.annotations.NullMarked;
