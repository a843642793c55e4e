/**
 * The test kit: contract tests to inherit, a gradient check, naive references, and random arrays from a
 * seed that a failed test prints. A test dependency of whoever writes routers, losses, experts or capacity
 * rules, and of this library's own tests.
 *
 * <p>Contracts are abstract JUnit 5 classes. A test extends one and says how to make what it tests:
 * {@link io.github.moe4j.testkit.RouterContract}, {@link io.github.moe4j.testkit.ExpertsContract}. This
 * package and its {@code internal} one need {@code moe-core} alone; what needs routing or balance too has
 * a package of its own.
 *
 * <p>Axes: T tokens, D model width, E experts, K choices per token, N assignments, R assignments kept by
 * the capacity rule.
 */
@NullMarked
package io.github.moe4j.testkit;

import org.jspecify.annotations.NullMarked;
