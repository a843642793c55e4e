/**
 * Catalogues: what the library offers by name, extended by what is found on the class path.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: entries are immutable.
 */
@NullMarked
package io.github.moe4j.core.catalogue;

import org.jspecify.annotations.NullMarked;
