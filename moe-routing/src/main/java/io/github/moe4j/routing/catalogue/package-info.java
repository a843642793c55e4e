/**
 * The catalogue of routers: descriptions, typed traits, and construction over given arrays.
 *
 * <p>A custom router is added by a {@link io.github.moe4j.routing.catalogue.RouterProvider} that
 * {@link java.util.ServiceLoader} finds.
 *
 * <p>Threads and lifetime are as in {@link io.github.moe4j.core}: entries are immutable.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.routing.catalogue;

import org.jspecify.annotations.NullMarked;
