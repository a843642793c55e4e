/**
 * All routers of the library in one list: for the table and pictures of the docs and for JMH.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.routers;

import org.jspecify.annotations.NullMarked;
