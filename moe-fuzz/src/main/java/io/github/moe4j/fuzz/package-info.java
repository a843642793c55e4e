/**
 * Fuzzing: random but valid and almost valid uses of the library, each repeatable from one seed (docs/releasing.md).
 */
@NullMarked
package io.github.moe4j.fuzz;

import org.jspecify.annotations.NullMarked;
