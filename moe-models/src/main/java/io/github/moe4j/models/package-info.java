/** Published models: the layouts of their checkpoints, their architectures and their sizes. */
@NullMarked
package io.github.moe4j.models;

import org.jspecify.annotations.NullMarked;
