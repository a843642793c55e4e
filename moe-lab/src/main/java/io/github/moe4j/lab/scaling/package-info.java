/**
 * Quality by number and width of experts at equal active operations: models, tables and figure.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.scaling;

import org.jspecify.annotations.NullMarked;
