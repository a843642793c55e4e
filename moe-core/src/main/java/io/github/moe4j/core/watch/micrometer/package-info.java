/**
 * Meters for Micrometer, an optional dependency that users of this package must add.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.watch.micrometer;

import org.jspecify.annotations.NullMarked;
