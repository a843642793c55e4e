/**
 * The test kit: contract tests to inherit, a gradient check, naive references, and random arrays from a
 * seed that a failed test prints. A test dependency for authors of routers, losses, experts or capacity
 * rules, and for this library's own tests.
 *
 * <p>Contracts are abstract JUnit 5 classes. A test class extends one and creates the object under test:
 * {@link io.github.moe4j.testkit.RouterContract}, {@link io.github.moe4j.testkit.ExpertsContract}, {@link
 * io.github.moe4j.testkit.CapacityContract}. {@link io.github.moe4j.testkit.LoadAssert} asserts balance. This
 * package and its {@code internal} one need only {@code moe-core}; what also needs routing or balance has
 * a separate package.
 *
 * <p>Axes: T tokens, D model width, E experts, K choices per token, N assignments, R assignments kept by
 * the capacity rule.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.testkit;

import org.jspecify.annotations.NullMarked;
