/** Catalogues: what the library offers by name, extended by what is found on the class path. */
@NullMarked
package io.github.moe4j.core.catalogue;

import org.jspecify.annotations.NullMarked;
