/** Routers as parts of a network's configuration: one record each. */
@NullMarked
package io.github.moe4j.dl4j.router;

import org.jspecify.annotations.NullMarked;
