/**
 * Catalogues: components of the library by name, extended by those found on the class path.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: entries are immutable.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.catalogue;

import org.jspecify.annotations.NullMarked;
