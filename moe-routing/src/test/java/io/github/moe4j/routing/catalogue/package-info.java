@NullMarked
package io.github.moe4j.routing.catalogue;

import org.jspecify.annotations.NullMarked;
