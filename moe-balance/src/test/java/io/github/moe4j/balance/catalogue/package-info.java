/** Tests of the catalogues. */
@NullMarked
package io.github.moe4j.balance.catalogue;

import org.jspecify.annotations.NullMarked;
