/**
 * Published architectures as configurations: their parts, their sizes, and one layer of each at
 * any smaller width.
 */
@NullMarked
package io.github.moe4j.models.preset;

import org.jspecify.annotations.NullMarked;
