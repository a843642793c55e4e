/**
 * What the tests of all modules build on: contract tests to inherit, a gradient check, a naive
 * reference, random arrays from a seed that a failed run prints.
 *
 * <p>A new router's test extends {@link io.github.moe4j.core.testkit.RouterContract}.
 */
@NullMarked
package io.github.moe4j.core.testkit;

import org.jspecify.annotations.NullMarked;
