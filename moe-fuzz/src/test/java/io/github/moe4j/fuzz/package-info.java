/** Tests of the fuzzers: a few cases, and faults that they must find. */
@NullMarked
package io.github.moe4j.fuzz;

import org.jspecify.annotations.NullMarked;
