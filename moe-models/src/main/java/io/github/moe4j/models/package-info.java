/**
 * Published models: the layouts of their checkpoints, their architectures and their sizes.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.models;

import org.jspecify.annotations.NullMarked;
