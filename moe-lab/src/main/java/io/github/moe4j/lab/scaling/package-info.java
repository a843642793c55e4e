/** Quality by number and width of experts at equal active operations: models, tables and figure. */
@NullMarked
package io.github.moe4j.lab.scaling;

import org.jspecify.annotations.NullMarked;
