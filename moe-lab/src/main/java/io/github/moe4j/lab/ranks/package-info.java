/**
 * The lab's models over the ranks of a group: where their experts are, what is sent, and the engines that run ranks.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core.group}: each rank has its own objects.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.ranks;

import org.jspecify.annotations.NullMarked;
